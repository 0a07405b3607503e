# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Resolve dates whose day and month are interchangeable, by evidence of other rows or columns."""

from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.column_types import column_type_setting
from pipeweave_dagster.core.ingest.types.date_parsers import swap_day_and_month
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision, count_mismatches
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser


def resolve_ambiguous_dates(
    raw: RawTable, values: dict[int, str], decisions: dict[int, TypeDecision], space: Workspace
) -> dict[int, TypeDecision]:
    """Resolve each ambiguous date column by the order that another column proves, else as text.

    Args:
        raw: The table as text.
        values: SQL of each column's trimmed text, by column index.
        decisions: Types inferred so far, by column index; changed in place.
        space: DuckDB workspace.
    """
    ambiguous: dict[int, Parser] = {}
    proven: set[str] = set()
    for i, decision in decisions.items():
        swapped = swap_day_and_month(decision.parser)
        if swapped is None:
            continue
        if count_mismatches(raw, {i: (values[i], swapped)}, space)[i]:
            proven.add((decision.parser.format or "")[:2])
        else:
            ambiguous[i] = swapped
    for i, swapped in ambiguous.items():
        decisions[i] = _resolve(raw, values[i], decisions[i], swapped, proven, space)
    return decisions


def _resolve(
    raw: RawTable,
    value: str,
    decision: TypeDecision,
    swapped: Parser,
    proven: set[str],
    space: Workspace,
) -> TypeDecision:
    parser = decision.parser
    if len(proven) == 1:
        chosen = parser if (parser.format or "")[:2] in proven else swapped
        return replace(
            decision,
            parser=chosen,
            note=f"Day and month are interchangeable; read as {chosen.format}, like another "
            "column.",
        )
    sorted_ = [p for p in (parser, swapped) if _is_sorted(raw, value, p, space)]
    if len(sorted_) == 1:
        return replace(
            decision,
            parser=sorted_[0],
            note=f"Day and month are interchangeable; read as {sorted_[0].format}, by which the "
            "rows are sorted.",
        )
    return TypeDecision(
        TEXT,
        note=f"Ambiguous date: {parser.format} and {swapped.format} both match every value, so "
        "the column was kept as text. Set its format in pipeweave.yaml: columns: "
        f"{{NAME: {{type: '{column_type_setting(parser)}'}}}}.",
    )


def _is_sorted(raw: RawTable, value: str, parser: Parser, space: Workspace) -> bool:
    row = space.query_row(
        f"SELECT count(*) FILTER (d < before), count(DISTINCT d) FROM (SELECT d, lag(d) OVER"
        f" (ORDER BY r) AS before FROM (SELECT rowid AS r, {parser.cast_sql(value)} AS d"
        f" FROM {raw.table}))"
    )
    return bool(row[0] == 0 and row[1] > 2)
