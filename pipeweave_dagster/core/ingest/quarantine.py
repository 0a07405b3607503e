# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Quarantine: rows with values that do not match their column's type, and rejected records."""

import re
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.ingest.base.raw_table import PARQUET_MEDIA_TYPE, RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.stacked_columns import grouped_batches, stacked
from pipeweave_dagster.core.ingest.types.type_decisions import TypeDecision

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
    _find_mismatched_cells(raw, decisions, space)
    space.db.execute("CREATE OR REPLACE TEMP TABLE bad AS SELECT DISTINCT r FROM bad_cells")
    reasons: dict[int, list[str]] = {}
    for row, column, text in space.query("SELECT r, col, cell FROM bad_cells ORDER BY r, col"):
        type_ = decisions[int(column)].parser.type
        reason = f"{names[int(column)]}: {str(text)[:80]!r} is not a valid {type_}"
        reasons.setdefault(int(row), []).append(reason)
    if not reasons:
        return []
    cells = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(len(names)))
    records = space.query(
        f"SELECT left(array_to_string(list_transform([{cells}], lambda v: coalesce(v, '')),"
        f" chr(31)), {_MAX_TEXT}) FROM {raw.table} WHERE rowid IN (SELECT r FROM bad)"
        " ORDER BY rowid"
    )
    lines = raw.line_numbers_of(list(reasons))
    return [
        QuarantinedRow(line, "; ".join(reasons[row]), str(text))
        for line, row, (text,) in zip(lines, reasons, records, strict=True)
    ]


def _find_mismatched_cells(
    raw: RawTable, decisions: dict[int, TypeDecision], space: Workspace
) -> None:
    """Write the cells with mismatches to the temporary table `bad_cells` (r, col, cell)."""
    space.db.execute("CREATE OR REPLACE TEMP TABLE bad_cells (r BIGINT, col INTEGER, cell VARCHAR)")
    forms = {i: (d.parser, d.text_sql("v")) for i, d in decisions.items() if d.mismatches}
    for (parser, text), batch in grouped_batches(forms):
        tokens = ", ".join(
            f"({i}, {literal(token)})" for i in batch for token in decisions[i].null_tokens
        )
        not_token = f" AND (col, v) NOT IN ({tokens})" if tokens else ""
        space.db.execute(
            "INSERT INTO bad_cells SELECT r, col, cell"
            f" FROM {stacked(raw.table, batch, text)}"
            f" WHERE v IS NOT NULL AND NOT {parser.match_sql('v')}{not_token}"
        )


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
