"""The texts because of which a column does not have the type that the settings give it."""

from collections import Counter
from collections.abc import Mapping

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.column_hints import ColumnHints
from pipeweave_dagster.core.ingest.types.infer_parser import infer_number
from pipeweave_dagster.core.ingest.types.type_decisions import (
    TypeDecision,
    count_mismatches,
    described_texts,
)
from pipeweave_dagster.core.ingest.types.value_parsers import Parser
from pipeweave_dagster.core.model.null_tokens import is_null_token

_NUMBERS = {"integer", "number"}


def unread_texts(
    raw: RawTable,
    values: Mapping[int, str],
    decisions: Mapping[int, TypeDecision],
    samples: Mapping[int, Counter[str]],
    hints: ColumnHints,
    space: Workspace,
) -> dict[int, str]:
    """Return notes on columns whose type is another than the settings give, with the texts.

    Args:
        raw: The table as text.
        values: SQL of each column's text as its parser sees it, over `v`, by column index.
        decisions: How the columns are read, by column index.
        samples: Values with counts.
        hints: What the user sets of columns.
        space: DuckDB workspace.
    """
    wanted = {i: p for i, p in hints.parsers.items() if p is not decisions[i].parser}
    numeric = [i for i in hints.numeric if i in decisions]
    wanted |= {
        i: infer_number(samples.get(i, Counter()))
        for i in numeric
        if decisions[i].parser.type not in _NUMBERS
    }
    proposals = {i: (values[i], parser) for i, parser in wanted.items()}
    notes = {}
    for i, texts in count_mismatches(raw, proposals, space).items():
        given = hints.missing.get(i, frozenset())
        others = {t: n for t, n in texts.items() if not is_null_token(t) and t not in given}
        name = "number" if i in hints.numeric else _name(wanted[i])
        named = f": {described_texts(others)}" if others else ""
        notes[i] = (
            f"Not every value matches {name}, which pipeweave.yaml sets{named}. Read as"
            f" {decisions[i].parser.type}: correct these values, or list them as missing, columns:"
            " {NAME: {missing: [...]}}."
        )
    return notes


def _name(parser: Parser) -> str:
    return parser.format or parser.type
