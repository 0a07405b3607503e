"""Read Excel workbooks: the largest sheet, its values as text."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.text.delimited import from_rows
from pipeweave_dagster.core.ingest.text.read_plan import ReadOptions


def read_excel(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read the sheet with the most cells, laid out like a CSV file."""
    import openpyxl

    with content.path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = {
            s.title: list(_sheet_rows(s.iter_rows(values_only=True), space))
            for s in book.worksheets
        }
    title, rows = max(sheets.items(), key=lambda s: sum(map(len, s[1])), default=("", []))
    raw = from_rows(content, rows, table, space, options)
    if len([r for r in sheets.values() if r]) > 1:
        raw.notes.append(
            f"The workbook has {len(sheets)} sheets; only {title!r}, the largest, was read."
        )
    return raw


def _sheet_rows(rows: Iterable[tuple[Any, ...]], space: Workspace) -> Iterator[list[str]]:
    for row in rows:
        if len(row) > space.limits.max_columns:
            raise validation_error(
                f"A sheet has {len(row):,} columns; the limit is {space.limits.max_columns:,}.",
                fix="Delete the empty columns.",
            )
        yield [_cell(v) for v in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
