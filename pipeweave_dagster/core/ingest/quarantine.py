# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Quarantine: rows with values that do not match their column's type, and rejected records."""

import re
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.ingest.base.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import PARQUET_MEDIA_TYPE, RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision, trimmed

_MAX_LISTED = 5
_MAX_TEXT = 10_000
_QUOTED_VALUE = re.compile(r": ('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\") is not a ")


class QuarantinedRow(NamedTuple):
    """A quarantined row: its line in the file, the reason, and its text."""

    line: int
    reason: str
    text: str


def find_mismatched_rows(
    raw: RawTable, decisions: dict[int, TypeDecision], names: list[str], space: Workspace
) -> list[QuarantinedRow]:
    """Return the rows with mismatches; their row numbers are in the temporary table `bad`."""
    conditions = _mismatch_conditions(decisions)
    space.db.execute("CREATE OR REPLACE TEMP TABLE bad (r BIGINT)")
    if not conditions:
        return []
    space.db.execute(
        f"INSERT INTO bad SELECT rowid FROM {raw.table} WHERE {' OR '.join(conditions.values())}"
    )
    values = ", ".join(f"CASE WHEN {c} THEN c{i} END" for i, c in conditions.items())
    cells = ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(names)))
    records = space.query(
        f"SELECT rowid, left(concat_ws(chr(31), {cells}), {_MAX_TEXT}), {values} FROM {raw.table}"
        " WHERE rowid IN (SELECT r FROM bad) ORDER BY rowid"
    )
    lines = raw.line_numbers_of([int(record[0]) for record in records])
    rows = []
    for line, (_, text, *mismatches) in zip(lines, records, strict=True):
        reasons = [
            f"{names[i]}: {str(v)[:80]!r} is not a valid {decisions[i].parser.type}"
            for i, v in zip(conditions, mismatches, strict=True)
            if v is not None
        ]
        rows.append(QuarantinedRow(line, "; ".join(reasons), str(text)))
    return rows


def _mismatch_conditions(decisions: dict[int, TypeDecision]) -> dict[int, str]:
    """Return, by column with mismatches, the SQL condition that a row has one."""
    conditions = {}
    for i, decision in decisions.items():
        if not decision.mismatches:
            continue
        value = trimmed(f"c{i}")
        not_null_token = "".join(f" AND {value} <> {literal(t)}" for t in decision.null_tokens)
        matches = decision.parser.match_sql(value)
        conditions[i] = f"({value} IS NOT NULL AND NOT {matches}{not_null_token})"
    return conditions


def write_quarantine(rows: list[QuarantinedRow], path: Path) -> Payload:
    """Write the quarantined rows as Parquet with the columns line, reason and record."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "line": pa.array([row.line for row in rows], pa.int64()),
            "reason": pa.array([row.reason for row in rows], pa.string()),
            "record": pa.array([row.text for row in rows], pa.string()),
        }
    )
    pq.write_table(table, path)
    return Payload.of(path, PARQUET_MEDIA_TYPE)


def quarantine_notes(rows: list[QuarantinedRow]) -> list[str]:
    """Return the lines and reasons; values stay in the quarantine, as they may be personal."""
    if not rows:
        return []
    listed = "; ".join(
        f"line {row.line}: {_QUOTED_VALUE.sub(': not a ', row.reason)}"
        for row in rows[:_MAX_LISTED]
    )
    more = f"; and {len(rows) - _MAX_LISTED} more" if len(rows) > _MAX_LISTED else ""
    return [f"Quarantined {counted(len(rows), 'row')}: {listed}{more}."]
