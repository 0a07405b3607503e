# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Write a file as clean CSV: nothing typed, nothing left out but blank rows and titles."""

import csv
from pathlib import Path

from pipeweave_dagster.core.documents import Dialect, Payload, TextTable
from pipeweave_dagster.core.ingest.base.containers import Content, unwrap
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.formats import self_describing
from pipeweave_dagster.core.ingest.text import read_plan


def write_text(file: Path, name: str, out: Path) -> TextTable:
    """Read `file` and write `out/data.csv`; see `ingest_as_text`."""
    with workspace(out, IngestLimits()) as space:
        content = unwrap(file, name, space.folder, space.limits)
        kind = self_describing.format_of(content)
        if kind == "csv":
            return _delimited(content, out, space)
        raw = self_describing.read(content, kind, "raw0", space)
        columns = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(len(raw.names)))
        rows = space.rows(f"SELECT {columns} FROM raw0")
        table = [["" if v is None else v for v in row] for row in rows]
        return _written(table, raw.names, raw.dialect, raw.notes, out)


def _delimited(content: Content, out: Path, space: Workspace) -> TextTable:
    decided = read_plan.plan(content, space.folder)
    records = read_plan.all_records(decided)
    body = records[decided.layout.preamble + decided.layout.header :]
    rows = [r.fields for r in body if any(f.strip() for f in r.fields)]
    names = decided.layout.names
    if names is not None:
        names = read_plan.without_blanks(names, decided.layout.width)
    return _written(rows, names, read_plan.dialect_of(content, decided), [], out)


def _written(
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
