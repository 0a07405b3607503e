"""Infer the type of every text column from the whole column.

A sample proposes a parser, a scan of the whole column verifies it, and mismatches widen the type.
Only rare values that no type explains send their row to quarantine.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.ambiguous_dates import resolve_ambiguous_dates
from pipeweave_dagster.core.ingest.types.column_hints import NO_HINTS, ColumnHints
from pipeweave_dagster.core.ingest.types.decide_type import decide_type
from pipeweave_dagster.core.ingest.types.given_missing import without_given_missing
from pipeweave_dagster.core.ingest.types.grouped_numbers import resolve_grouped_numbers
from pipeweave_dagster.core.ingest.types.infer_parser import (
    infer_number,
    infer_parser,
    is_decimal_comma,
)
from pipeweave_dagster.core.ingest.types.plain_characters import (
    PLAIN,
    has_only_credits,
    plain_note,
    plain_sample,
    plain_sql,
    plain_text,
)
from pipeweave_dagster.core.ingest.types.refine_decisions import refine_decisions
from pipeweave_dagster.core.ingest.types.sample_columns import sample_columns, sample_step
from pipeweave_dagster.core.ingest.types.spellings import count_texts
from pipeweave_dagster.core.ingest.types.type_decisions import (
    TypeDecision,
    count_mismatches,
    trimmed,
)
from pipeweave_dagster.core.ingest.types.unread_texts import unread_texts
from pipeweave_dagster.core.ingest.types.value_parsers import (
    NUMBER,
    TEXT,
    WHOLE_NUMBER,
    Parser,
)
from pipeweave_dagster.core.model.null_tokens import is_null_among_values

_MAX_WIDENINGS = 6
_EXACT = "Decimals with more digits than a float holds are kept as text, so that no digit is lost."


@dataclass
class _TextColumns:
    """The text columns of a table, by column index.

    Attributes:
        raw: The table as text.
        values: SQL of the text, over `v`, as the parser sees it: trimmed, and in plain characters
            where numbers are written in others.
        samples: A sample of these texts with counts.
        hints: What the user sets of columns.
        unusual: Values as they are written, with counts, where plain characters are read.
    """

    raw: RawTable
    values: dict[int, str]
    samples: dict[int, Counter[str]]
    hints: ColumnHints = NO_HINTS
    unusual: dict[int, Mapping[str, int]] = field(default_factory=dict)

    def make_plain(self, index: int, sample: Counter[str], written: dict[str, int]) -> None:
        """Have the texts of a column read in plain characters from now on."""
        self.values[index] = plain_sql(self.values[index])
        self.samples[index] = sample
        self.unusual[index] = written

    def is_exact(self, index: int) -> bool:
        """Return whether a column holds decimals that are kept as text."""
        kept = self.name(index) in self.raw.exact
        return kept and index not in self.hints.numeric and index not in self.hints.parsers

    def infer(self, index: int, sample: Counter[str], decimal_comma: bool) -> Parser:
        """Return the parser of a sample, without the texts that the user declares missing."""
        if self.is_exact(index):
            return TEXT
        missing = self.hints.missing.get(index, frozenset())
        known = Counter({v: n for v, n in sample.items() if v not in missing})
        parser = infer_parser(known, decimal_comma, self.name(index))
        if parser is TEXT and index in self.hints.numeric:
            return infer_number(known, decimal_comma)
        if parser is NUMBER and index in self.hints.whole:
            values = [value for value in known if not is_null_among_values(value)]
            return WHOLE_NUMBER if all(map(WHOLE_NUMBER.matches, values)) else parser
        return parser

    def name(self, index: int) -> str:
        """Return the name of a column in the file."""
        return self.raw.names[index] if index < len(self.raw.names) else ""


def infer_types(
    raw: RawTable, space: Workspace, hints: ColumnHints = NO_HINTS
) -> dict[int, TypeDecision]:
    """Infer the type of each text column.

    Args:
        raw: The table as text.
        space: DuckDB workspace.
        hints: What the user sets of columns; one that a parser does not match stays text.

    Returns:
        A decision per text column, by column index.
    """
    requested = hints.parsers
    written = {i: trimmed("v") for i, type_ in enumerate(raw.sql_types) if type_ == "VARCHAR"}
    samples = sample_columns(raw, written, space)
    unfit = {i for i, parser in requested.items() if _fits_nothing(parser, samples.get(i))}
    settings = {i: parser for i, parser in requested.items() if i not in unfit}
    columns = _TextColumns(raw, dict(written), dict(samples), hints)
    decisions = _verify(columns, _proposals(columns, settings), space)
    inferred = {i: d for i, d in decisions.items() if i not in settings}
    decisions |= resolve_ambiguous_dates(raw, columns.values, inferred, space)
    if raw.dialect.format in {"csv", "html"}:  # elsewhere numbers are no texts, or have a point
        decisions |= resolve_grouped_numbers(
            raw, columns.values, decisions, columns.samples, hints.whole, space
        )
    unread = unread_texts(raw, columns.values, decisions, columns.samples, hints, space)
    decisions = {
        i: _with_note(d, requested.get(i), i in unfit, unread.get(i)) for i, d in decisions.items()
    }
    decisions = without_given_missing(raw, columns.values, decisions, hints.missing, space)
    decisions |= {i: decisions[i].with_note(_EXACT) for i in decisions if columns.is_exact(i)}
    inferred_samples = {i: s for i, s in columns.samples.items() if i not in settings}
    decisions = refine_decisions(raw, columns.values, decisions, inferred_samples, space)
    complete = sample_step(raw.rows, len(written)) == 1
    table = None if complete else raw.table
    return decisions | count_texts(decisions, samples, table, written, space)


def _fits_nothing(parser: Parser, sample: Counter[str] | None) -> bool:
    """Return whether no value has the form that the settings give: it is a form of other data."""
    known = [value for value in sample or () if not is_null_among_values(value)]
    return bool(known) and not any(parser.matches(value) for value in known)


def _proposals(columns: _TextColumns, settings: dict[int, Parser]) -> dict[int, Parser]:
    """Return the parsers to verify; columns whose numbers need it are made plain."""
    dialect = columns.raw.dialect
    decimal = is_decimal_comma(columns.samples.values(), dialect.decimal, dialect.delimiter)
    proposals = {}
    for i, sample in list(columns.samples.items()):
        parser = settings.get(i) or columns.infer(i, sample, decimal)
        if parser is TEXT and i not in settings and not columns.is_exact(i):
            plain = plain_sample(sample)
            if plain is not None:
                parser = columns.infer(i, plain, decimal)
                if parser is not TEXT:
                    columns.make_plain(i, plain, sample)
        proposals[i] = parser
    return proposals


def _verify(
    columns: _TextColumns, proposals: dict[int, Parser], space: Workspace
) -> dict[int, TypeDecision]:
    """Verify the proposed parsers on all rows, widening those that do not match."""
    decisions: dict[int, TypeDecision] = {}
    for _ in range(_MAX_WIDENINGS):
        pending = {i: p for i, p in proposals.items() if i not in decisions}
        values = {i: (columns.values[i], p) for i, p in pending.items()}
        mismatches = count_mismatches(columns.raw, values, space)
        for i, parser in pending.items():
            plain = {} if i in columns.unusual else _plain_matches(parser, mismatches[i])
            if plain:
                columns.make_plain(i, columns.samples[i] + Counter(plain), mismatches[i])
                continue
            result = decide_type(
                parser,
                mismatches[i],
                columns.samples[i],
                columns.raw.rows,
                missing=columns.hints.missing.get(i, frozenset()),
                numeric=i in columns.hints.numeric,
            )
            if isinstance(result, TypeDecision):
                decisions[i] = _prepared(result, columns.unusual.get(i))
            else:
                proposals[i] = result
    for i in proposals:
        decisions.setdefault(i, TypeDecision(TEXT))
    return decisions


def _plain_matches(parser: Parser, mismatches: dict[str, int]) -> dict[str, int]:
    """Return the mismatches that the parser, or a wider one, matches in plain characters."""
    if has_only_credits(mismatches):
        return {}
    changed = {p: n for v, n in mismatches.items() if (p := plain_text(v)) != v}
    return {v: n for v, n in changed.items() if parser.matches(v) or NUMBER.matches(v)}


def _prepared(decision: TypeDecision, written: Mapping[str, int] | None) -> TypeDecision:
    """Return a decision whose values are read in plain characters, with a note of the others."""
    if written is None or decision.parser is TEXT:
        return decision
    return decision.with_note(plain_note(written, decision.parser.type), prepare=PLAIN)


def _with_note(
    decision: TypeDecision, requested: Parser | None, unfit: bool, unread: str | None
) -> TypeDecision:
    if requested is None:
        return decision.with_note(unread) if unread else decision
    if decision.parser is requested:
        return decision
    name = requested.format or requested.type
    if not unfit:
        return replace(decision, note=unread)
    read = decision.parser.format or decision.parser.type
    own = f" {decision.note}" if decision.note else ""
    note = f"No value matches {name}, which pipeweave.yaml sets; read as {read}.{own}"
    return replace(decision, note=note)
