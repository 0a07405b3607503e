# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Write a file as plain CSV: values untyped, only blank rows and the preamble removed."""

import csv
from pathlib import Path

from pipeweave_dagster.core.documents import Dialect, Payload, ReadSetting, TextTable
from pipeweave_dagster.core.ingest.base.containers import Content, unpack
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.formats import self_describing
from pipeweave_dagster.core.ingest.formats.detect_format import detect_format
from pipeweave_dagster.core.ingest.text import read_plan
from pipeweave_dagster.core.ingest.text.column_headers import trim_header
from pipeweave_dagster.core.ingest.text.non_rows import non_row_notes
from pipeweave_dagster.core.ingest.text.plan_description import (
    dialect_document,
    preamble_lines,
    read_notes,
)
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions


def write_text(
    file: Path, name: str, out: Path, limits: IngestLimits, read: ReadSetting | None = None
) -> TextTable:
    """Read `file` and write `out/data.csv`; see `ingest_as_text`."""
    with workspace(out, limits, [file]) as space:
        content = unpack(file, name, space.folder, space.limits)
        format_ = detect_format(content)
        if format_ == "csv":
            return _from_delimited(content, out, space, read)
        options = ReadOptions(read=read)
        raw = self_describing.read(content, format_, "raw0", space, options)
        columns = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(len(raw.names)))
        records = space.query(f"SELECT {columns} FROM raw0")
        rows = [["" if v is None else v for v in record] for record in records]
        left_out = [f"Left out, line {r.line}: {r.reason}." for r in raw.rejected]
        return _write_csv(rows, raw.names, raw.dialect, [*raw.notes, *left_out], out)


def _from_delimited(
    content: Content, out: Path, space: Workspace, read: ReadSetting | None
) -> TextTable:
    plan = read_plan.plan_read(content, space.folder, ReadOptions(read=read))
    plan, records = read_plan.read_records(plan)
    body = records[plan.body_start :]
    rows = [r.fields for r in body if any(f.strip() for f in r.fields)]
    names, left_out = plan.layout.names, [*preamble_lines(plan), *plan.below]
    notes = [*read_notes(content, plan), *non_row_notes(left_out)]
    if names is not None:
        names = trim_header(names, plan.layout.width)
    return _write_csv(rows, names, dialect_document(content, plan), notes, out)


def _write_csv(
    rows: list[list[str]], names: list[str] | None, dialect: Dialect, notes: list[str], out: Path
) -> TextTable:
    path = out / "data.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if names is not None:
            writer.writerow(names)
        writer.writerows(rows)
    data = Payload.of(path, "text/csv")
    return TextTable(dialect=dialect, rows=len(rows), header=names, data=data, notes=notes)
