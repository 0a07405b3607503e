# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Dates whose day and month can be exchanged: settled by what other rows or columns prove."""

from dataclasses import replace

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.date_parsers import swapped
from pipeweave_dagster.core.ingest.types.type_decisions import Decision, misfits_of
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT, Parser


def settle_dates(
    raw: RawTable, todo: dict[int, str], decisions: dict[int, Decision], space: Workspace
) -> dict[int, Decision]:
    """Where day and month can be exchanged: take what another column proves, else leave text."""
    open_: dict[int, Parser] = {}
    proven: set[str] = set()
    for i, decision in decisions.items():
        other = swapped(decision.parser)
        if other is None:
            continue
        if misfits_of(raw, {i: (todo[i], other)}, space)[i]:
            proven.add((decision.parser.format or "")[:2])
        else:
            open_[i] = other
    for i, other in open_.items():
        decisions[i] = _settled(raw, todo[i], decisions[i], other, proven, space)
    return decisions


def _settled(
    raw: RawTable,
    value: str,
    decision: Decision,
    other: Parser,
    proven: set[str],
    space: Workspace,
) -> Decision:
    here = decision.parser
    if len(proven) == 1:
        chosen = here if (here.format or "")[:2] in proven else other
        return replace(
            decision,
            parser=chosen,
            note=f"Day and month could be exchanged; {chosen.format} as in another column.",
        )
    rising = [p for p in (here, other) if _is_rising(raw, value, p, space)]
    if len(rising) == 1:
        return replace(
            decision,
            parser=rising[0],
            note=f"Day and month could be exchanged; as {rising[0].format} the rows are in order.",
        )
    return Decision(
        TEXT,
        note=f"Ambiguous date: {here.format} and {other.format} both fit every value, so it stays "
        f"as text. Which one is it? Say so in pipeweave.yaml: columns: "
        f"{{NAME: {{type: '{here.type}:{here.format}'}}}}.",
    )


def _is_rising(raw: RawTable, value: str, parser: Parser, space: Workspace) -> bool:
    row = space.one(
        f"SELECT count(*) FILTER (d < before), count(DISTINCT d) FROM (SELECT d, lag(d) OVER"
        f" (ORDER BY r) AS before FROM (SELECT rowid AS r, {parser.cast_sql(value)} AS d"
        f" FROM {raw.table}))"
    )
    return bool(row[0] == 0 and row[1] > 2)
