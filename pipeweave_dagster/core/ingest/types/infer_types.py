# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Infer the type of every text column from the whole column.

A sample proposes a parser, a scan of the whole column verifies it, and mismatches widen the type.
Only rare values that no type explains send their row to quarantine.
"""

import re
from collections import Counter
from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.ambiguous_dates import resolve_ambiguous_dates
from pipeweave_dagster.core.ingest.types.infer_parser import (
    infer_decimal_comma,
    infer_parser,
    widen,
)
from pipeweave_dagster.core.ingest.types.null_tokens import is_null_token
from pipeweave_dagster.core.ingest.types.spellings import count_texts
from pipeweave_dagster.core.ingest.types.stacked_columns import (
    column_batches,
    grouped,
    list_of,
    transformed,
)
from pipeweave_dagster.core.ingest.types.type_decisions import (
    TypeDecision,
    count_mismatches,
    trimmed,
)
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_SAMPLE_ROWS = 5000
_SAMPLE_VALUES = 1000
_SAMPLE_CELLS = 500_000
_MAX_NULL_TOKENS = 3
_MAX_WIDENINGS = 4
_QUARANTINE_SHARE = 0.002


def infer_types(
    raw: RawTable, space: Workspace, requested: dict[int, Parser] | None = None
) -> dict[int, TypeDecision]:
    """Infer the type of each text column.

    Args:
        raw: The table as text.
        space: DuckDB workspace.
        requested: Parsers set by the user, by column index; a column that they do not match stays
            text.

    Returns:
        A decision per text column, by column index.
    """
    requested = requested or {}
    values = {i: trimmed("v") for i, type_ in enumerate(raw.sql_types) if type_ == "VARCHAR"}
    samples = _samples(raw, values, space)
    decimal = infer_decimal_comma(samples.values(), raw.dialect.delimiter == ";")
    proposals = {
        i: requested.get(i) or infer_parser(sample, decimal, _name(raw, i))
        for i, sample in samples.items()
    }
    unfit = {i for i, parser in requested.items() if _fits_nothing(parser, samples.get(i))}
    proposals |= {i: infer_parser(samples[i], decimal, _name(raw, i)) for i in unfit}
    decisions = _verify(raw, values, proposals, samples, space)
    inferred = {i: d for i, d in decisions.items() if i not in requested or i in unfit}
    decisions |= resolve_ambiguous_dates(raw, values, inferred, space)
    complete = _sample_step(raw.rows, len(values)) == 1
    decisions |= count_texts(decisions, samples, None if complete else raw.table, values, space)
    return {i: _with_note(d, requested.get(i), i in unfit) for i, d in decisions.items()}


def _fits_nothing(parser: Parser, sample: Counter[str] | None) -> bool:
    """Return whether no value has the form that the settings give: it is a form of other data."""
    known = [value for value in sample or () if not is_null_token(value)]
    return bool(known) and not any(parser.matches(value) for value in known)


def _verify(
    raw: RawTable,
    values: dict[int, str],
    proposals: dict[int, Parser],
    samples: dict[int, Counter[str]],
    space: Workspace,
) -> dict[int, TypeDecision]:
    """Verify the proposed parsers on all rows, widening those that do not match."""
    decisions: dict[int, TypeDecision] = {}
    for _ in range(_MAX_WIDENINGS):
        pending = {i: p for i, p in proposals.items() if i not in decisions}
        mismatches = count_mismatches(raw, {i: (values[i], p) for i, p in pending.items()}, space)
        for i, parser in pending.items():
            result = _decide(parser, mismatches[i], samples[i], raw.rows)
            if isinstance(result, TypeDecision):
                decisions[i] = result
            else:
                proposals[i] = result
    for i in proposals:
        decisions.setdefault(i, TypeDecision(TEXT))
    return decisions


def _with_note(decision: TypeDecision, requested: Parser | None, unfit: bool) -> TypeDecision:
    if requested is None or decision.parser is requested:
        return decision
    name = requested.format or requested.type
    note = f"Not every value matches {name}, which pipeweave.yaml sets."
    if unfit:
        read = decision.parser.format or decision.parser.type
        own = f" {decision.note}" if decision.note else ""
        note = f"No value matches {name}, which pipeweave.yaml sets; read as {read}.{own}"
    return replace(decision, note=note)


def _name(raw: RawTable, index: int) -> str:
    return raw.names[index] if index < len(raw.names) else ""


def _samples(raw: RawTable, values: dict[int, str], space: Workspace) -> dict[int, Counter[str]]:
    """Return for each column the most frequent values of the first rows and of rows throughout."""
    if not values:
        return {}
    rows, step = _sample_rows(len(values)), _sample_step(raw.rows, len(values))
    samples = {}
    for text, columns in grouped(values).items():
        for batch in column_batches(columns):
            texts = transformed(list_of(batch), f"left({text}, 200)")
            records = space.query(
                f"SELECT {texts} FROM {raw.table} WHERE rowid < {rows // 4} OR rowid % {step} = 0"
            )
            for i, column in zip(batch, zip(*(r[0] for r in records), strict=True), strict=True):
                counts = Counter(v for v in column if v is not None)
                samples[i] = Counter(dict(counts.most_common(_SAMPLE_VALUES)))
    return samples


def _sample_rows(columns: int) -> int:
    return max(200, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(1, columns)))


def _sample_step(rows: int, columns: int) -> int:
    """Return that every so many rows are in the sample; 1 if all are."""
    return max(1, rows // _sample_rows(columns))


def _decide(
    parser: Parser, mismatches: dict[str, int], sample: Counter[str], rows: int
) -> TypeDecision | Parser:
    """Return a decision, or the wider parser to try next."""
    if parser is TEXT or not mismatches:
        return TypeDecision(parser)
    tokens = {v: n for v, n in mismatches.items() if is_null_token(v)}
    others = {v: n for v, n in mismatches.items() if v not in tokens}
    if len(tokens) > _MAX_NULL_TOKENS:
        return TEXT
    if not others:
        return TypeDecision(parser, null_tokens=tokens)
    wider = widen(parser, others, sample)
    if wider is not None:
        return wider
    few = sum(others.values()) <= max(_QUARANTINE_SHARE * rows, int(rows >= 200))
    if few and not any(map(_is_code_or_bound, others)):
        return TypeDecision(parser, null_tokens=tokens, mismatches=others)
    return TEXT


def _is_code_or_bound(text: str) -> bool:
    """Return whether a text shows that the column is not numeric: `007`, `<=5`."""
    return text.lstrip("+-").isdigit() or re.fullmatch(r"[<>≤≥~]=?\s*\d.*", text) is not None
