# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Bring `50%` and `0.25` in one column to one scale, or report the doubt."""

from dataclasses import replace

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.expression_sql import V
from pipeweave_dagster.core.ingest.types.stacked_columns import grouped_batches, stacked
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision
from pipeweave_dagster.core.ingest.types.value_parsers import Parser

SHARES = "shares without %"


def with_shares(parser: Parser) -> Parser:
    """Return the parser of percentages that reads numbers without a sign as shares of 1."""
    percent = ("round", ("times", parser.value, ("number", V, 100)), 12)
    value = ("case", ("has", V, "%"), parser.value, percent)
    return replace(parser, value=value, format=f"{parser.format}, {SHARES}")


def resolve_percentages(
    raw: RawTable, values: dict[int, str], decisions: dict[int, TypeDecision], space: Workspace
) -> dict[int, TypeDecision]:
    """Return the decisions for columns in which some numbers have a percent sign and some none.

    Args:
        raw: The table as text.
        values: SQL of each column's text as its parser sees it, over `v`, by column index.
        decisions: Types inferred so far, by column index.
        space: DuckDB workspace.
    """
    forms = {i: (values[i], d.parser) for i, d in decisions.items() if d.parser.unit == "%"}
    resolved = {}
    for (text, parser), batch in grouped_batches(forms):
        for row in space.query(_scales_sql(stacked(raw.table, batch, text), parser)):
            i, largest, bare, largest_bare, fractions = row
            shares = bool(fractions) and largest_bare <= 1 < largest
            resolved[int(i)] = _resolved(decisions[int(i)], int(bare), shares=shares)
    return resolved


def _scales_sql(cells: str, parser: Parser) -> str:
    """Return the query of the columns with both kinds of numbers, and of what shows their scale."""
    typed = f"CASE WHEN {parser.match_sql('v')} THEN abs({parser.cast_sql('v')}) END"
    return (
        "SELECT col, max(n) FILTER (s), count(*) FILTER (NOT s), max(n) FILTER (NOT s),"
        f" count(*) FILTER (NOT s AND n < 1) FROM (SELECT col, contains(v, '%') AS s, {typed} AS n"
        f" FROM {cells}) WHERE n > 0 GROUP BY col HAVING bool_or(s) AND bool_or(NOT s)"
    )


def _resolved(decision: TypeDecision, bare: int, *, shares: bool) -> TypeDecision:
    numbers = f"{counted(bare, 'number')} without a percent sign"
    if not shares:
        return decision.with_note(f"Doubtful: {numbers} taken as percent.")
    note = f"{numbers} between 0 and 1 read as shares: 0.25 is 25 %."
    return decision.with_note(note, parser=with_shares(decision.parser))
