"""The texts because of which a column does not have the type that the settings give it."""

from collections import Counter
from collections.abc import Mapping

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.column_hints import ColumnHints
from pipeweave_dagster.core.ingest.types.column_types import quoted
from pipeweave_dagster.core.ingest.types.infer_parser import infer_number
from pipeweave_dagster.core.ingest.types.stacked_columns import counted_values
from pipeweave_dagster.core.ingest.types.type_decisions import (
    MAX_MISMATCHES,
    TypeDecision,
    count_mismatches,
    described_texts,
)
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser
from pipeweave_dagster.core.model.null_tokens import is_null_among_values

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
    texts = {i: p for i, p in hints.parsers.items() if i in decisions}
    wanted = {i: p for i, p in texts.items() if p is not decisions[i].parser}
    numeric = [i for i in hints.numeric if i in decisions]
    wanted |= {
        i: infer_number(samples.get(i, Counter()))
        for i in numeric
        if decisions[i].parser.type not in _NUMBERS
    }
    proposals = {i: (values[i], parser) for i, parser in wanted.items()}
    found = count_mismatches(raw, proposals, space)
    found |= {i: dict(samples.get(i, {})) for i, parser in wanted.items() if parser is TEXT}
    notes = {i: _note(raw.names[i], hints, i, decisions[i].parser, found[i]) for i in found}
    return notes | _fractions(raw, values, decisions, hints, space)


def _note(name: str, hints: ColumnHints, index: int, read: Parser, texts: dict[str, int]) -> str:
    """Return the note on a column with texts that have another type than the settings give it."""
    given = hints.missing.get(index, frozenset())
    others = {t: n for t, n in texts.items() if not is_null_among_values(t) and t not in given}
    wanted = hints.parsers.get(index)
    set_ = "number" if wanted is None else wanted.format or wanted.type
    named = f": {described_texts(others)}" if others else ""
    return (
        f"Not every value matches {set_}, which pipeweave.yaml sets{named}. Read as {read.type}:"
        " correct these values, or list those that stand for none, columns:"
        f" {{{quoted(name)}: {{missing: [...]}}}}."
    )


def _fractions(
    raw: RawTable,
    values: Mapping[int, str],
    decisions: Mapping[int, TypeDecision],
    hints: ColumnHints,
    space: Workspace,
) -> dict[int, str]:
    """Return notes on numbers with fractions in columns that the settings declare whole."""
    notes = {}
    for i in hints.whole:
        if i not in decisions or decisions[i].parser.type != "number":
            continue
        parser = decisions[i].parser
        number = f"CASE WHEN {parser.match_sql('v')} THEN {parser.cast_sql('v')} END"
        fraction = f"coalesce({number} <> floor({number}), false)"
        texts = counted_values(space, raw.table, [i], values[i], fraction, MAX_MISMATCHES).get(i)
        if texts:
            notes[i] = (
                "Not every value is a whole number, which pipeweave.yaml sets:"
                f" {described_texts(texts)}. Read as number."
            )
    return notes
