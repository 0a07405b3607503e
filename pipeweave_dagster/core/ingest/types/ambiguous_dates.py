# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Resolve dates whose day and month are interchangeable, by evidence of other rows or columns.

The evidence, in this order: another column that can be read in one order only; rows that are sorted
in one order only; dates that are equally spaced, or always on one day of the month, in one order
only (`1/1/1957`, `2/1/1957` and so on over years are first days of months).
"""

from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.column_types import column_type_setting, quoted
from pipeweave_dagster.core.ingest.types.date_parsers import swap_day_and_month
from pipeweave_dagster.core.ingest.types.stacked_columns import grouped_batches, stacked
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision, count_mismatches
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser

_MIN_REGULAR = 6


def resolve_ambiguous_dates(
    raw: RawTable, values: dict[int, str], decisions: dict[int, TypeDecision], space: Workspace
) -> dict[int, TypeDecision]:
    """Resolve each ambiguous date column by the order that another column proves, else as text.

    Args:
        raw: The table as text.
        values: SQL of each column's trimmed text, over `v`, by column index.
        decisions: Types inferred so far, by column index; changed in place.
        space: DuckDB workspace.
    """
    both = {i: swap_day_and_month(decision.parser) for i, decision in decisions.items()}
    swapped = {i: parser for i, parser in both.items() if parser is not None}
    mismatches = count_mismatches(raw, {i: (values[i], p) for i, p in swapped.items()}, space)
    proven = {(decisions[i].parser.format or "")[:2] for i in swapped if mismatches[i]}
    ambiguous = {i: parser for i, parser in swapped.items() if not mismatches[i]}
    evidence: dict[int, dict[str, list[Parser]]] = {i: {} for i in ambiguous}
    for parsers in ({i: decisions[i].parser for i in ambiguous}, ambiguous):
        readings = {i: (values[i], parser) for i, parser in parsers.items()}
        for name, find in _EVIDENCE.items():
            for i in find(raw, readings, space):
                evidence[i].setdefault(name, []).append(parsers[i])
    for i, parser in ambiguous.items():
        decisions[i] = _resolve(decisions[i], parser, proven, evidence[i], raw.names[i])
    return decisions


def _resolve(
    decision: TypeDecision,
    swapped: Parser,
    proven: set[str],
    evidence: dict[str, list[Parser]],
    name: str,
) -> TypeDecision:
    parser = decision.parser
    alike = [p for p in (parser, swapped) if (p.format or "")[:2] in proven]
    for reason, fitting in {"like another column": alike, **evidence}.items():
        if len(fitting) == 1:
            chosen = fitting[0]
            note = f"Day and month are interchangeable; read as {chosen.format}, {reason}."
            return replace(decision, parser=chosen, note=note)
    first, second = column_type_setting(parser), column_type_setting(swapped)
    return TypeDecision(
        TEXT,
        note=f"Ambiguous date: {parser.format} and {swapped.format} both match every value, so "
        "the column was kept as text. Set its format in pipeweave.yaml: columns: "
        f"{{{quoted(name)}: {{type: '{first}'}}}}, or '{second}'.",
    )


def _sorted_columns(
    raw: RawTable, readings: dict[int, tuple[str, Parser]], space: Workspace
) -> list[int]:
    """Return the columns whose dates never turn from row to row, as their parser reads them."""
    found = []
    for (text, parser), batch in grouped_batches(readings):
        dates = (
            "SELECT col, d, lag(d) OVER (PARTITION BY col ORDER BY r) AS before FROM (SELECT"
            f" r, col, {parser.cast_sql('v')} AS d FROM {stacked(raw.table, batch, text)})"
        )
        rows = space.query(
            f"SELECT col FROM ({dates}) GROUP BY col HAVING count(DISTINCT d) > 2"
            " AND (count(*) FILTER (d < before) = 0 OR count(*) FILTER (d > before) = 0)"
        )
        found += [int(column) for (column,) in rows]
    return found


def _regular_columns(
    raw: RawTable, readings: dict[int, tuple[str, Parser]], space: Workspace
) -> list[int]:
    """Return the columns whose dates follow a calendar, as their parser reads them.

    The distinct dates are equally spaced in days or months, or all on one day of the month.
    """
    found = []
    for (text, parser), batch in grouped_batches(readings):
        dates = (
            "SELECT col, d, lag(d) OVER (PARTITION BY col ORDER BY d) AS before FROM (SELECT"
            f" DISTINCT col, {parser.cast_sql('v')} AS d FROM {stacked(raw.table, batch, text)})"
            " WHERE d IS NOT NULL"
        )
        rows = space.query(
            f"SELECT col FROM ({dates}) GROUP BY col HAVING count(*) >= {_MIN_REGULAR} AND ("
            "count(DISTINCT date_diff('day', before, d)) = 1 OR count(DISTINCT day(d)) = 1)"
        )
        found += [int(column) for (column,) in rows]
    return found


_EVIDENCE = {
    "by which the rows are sorted": _sorted_columns,
    "by which the dates are equally spaced": _regular_columns,
}
