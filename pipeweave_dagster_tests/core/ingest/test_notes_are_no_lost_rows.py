"""A recognised note below a table is named and kept, and no row is reported as lost for it."""

import io

import pytest

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce

HEAD = ["id", "town", "size", "rent"]
ROWS = [[f"W{i}", "ab"[i % 2], i % 7 + 0.5, i * 3.25] for i in range(60)]


def as_csv(lines):
    rows = "".join(",".join(map(str, row)) + "\n" for row in [HEAD, *ROWS])
    return ("f.csv", (rows + "".join(f"{line}\n" for line in lines)).encode())


def as_excel(lines):
    import openpyxl

    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in [HEAD, *ROWS, *([line] if line else [] for line in lines)]:
        book.active.append(row)
    book.save(buffer)
    return ("f.xlsx", buffer.getvalue())


def alerts_of(file, folder):
    name, content = file
    (folder / "f").write_bytes(content)
    upload = RawUpload(dataset="d", files=[RawFile(name=name, sha256="0", size_bytes=len(content))])
    snapshot = ingest(upload, [folder / "f"], folder)
    data = folder / "data.parquet"
    settings = DatasetSettings(target="rent")
    found = inspect(snapshot, deduce(snapshot, data, settings), data, settings)
    (state,) = {f.state for f in found.findings if f.code == "PW601"} or {"passed"}
    return snapshot, state


@pytest.mark.parametrize(
    "lines",
    [
        ["", "n/a = not stated"],
        ["Source: portal of the town"],
        ["", "Legend:", "W: unit of a house"],
        ["* without heating"],
        ["", "Stand: Mai 2024"],
    ],
)
@pytest.mark.parametrize("write", [as_csv, as_excel])
def test_a_note_below_the_table_is_no_alert(tmp_path, write, lines):
    snapshot, state = alerts_of(write(lines), tmp_path)
    assert (snapshot.rows, state) == (len(ROWS), "passed")
    assert snapshot.rows_quarantined == snapshot.notes_quarantined
    text = lines[-1]
    assert snapshot.rows_quarantined > 0, text
    assert any("below the table" in note for note in snapshot.notes), snapshot.notes


@pytest.mark.parametrize("lines", [["W99,a,1"], ["W9"], ["W98,a,1", "W99,a,2", "", "* a note"]])
def test_a_broken_row_is_one_as_before(tmp_path, lines):
    snapshot, state = alerts_of(as_csv(lines), tmp_path)
    assert state == "alerted"
    assert snapshot.rows_quarantined > snapshot.notes_quarantined
