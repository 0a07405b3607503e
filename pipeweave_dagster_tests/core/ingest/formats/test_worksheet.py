"""Worksheets are read as they are filled, whatever their dimension, merges and formats claim."""

import datetime as dt
import io
import re
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest, read_aligned
from pipeweave_dagster.core.ingest.formats.sheet_cells import Sheet
from pipeweave_dagster.core.ingest.formats.sheet_header import join_header

pytestmark = pytest.mark.slow  # the file with all its variants

BOLD = Font(bold=True)


def workbook(rows, change=lambda sheet: None, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    change(book.active)
    return saved(book)


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def patched(content, pattern, replacement, member="xl/worksheets/sheet1.xml"):
    """Return a workbook with the XML of a member changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == member:
                data, count = re.subn(pattern, replacement, data)
                assert count
            new.writestr(name, data)
    return buffer.getvalue()


def table(count, width=3):
    body = [[i, i * 1.5, f"n{i}", i % 7, f"w{i % 3}"][:width] for i in range(count)]
    return [["id", "v", "w", "k", "c"][:width], *body]


REFERENCES = ["A1", "A1:A1", "A1:B3", "A1:XFD1048576", "C5:D6", "B2:C11"]


@pytest.mark.parametrize(
    ("ref", "count"),
    [*((ref, count) for ref in REFERENCES for count in (1, 40)), ("A1", 3000), ("B2:C11", 3000)],
)
def test_the_dimension_cuts_nothing(read, rows, ref, count):
    content = patched(
        workbook(table(count)), rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % ref.encode()
    )
    read(content, name="d.xlsx")
    assert [list(r.values()) for r in rows()] == table(count)[1:]


def test_a_missing_dimension(read, rows):
    read(patched(workbook(table(9)), rb"<dimension[^>]*/>", b""), name="d.xlsx")
    assert len(rows()) == 9


@pytest.mark.parametrize("cell", ["XFD3", "A1048576", "ZZ900", "D4"])
def test_a_formatted_empty_cell_is_no_column(read, rows, cell):
    def change(sheet):
        sheet[cell].font = BOLD

    snapshot = read(workbook(table(6), change), name="d.xlsx")
    assert [c.name for c in snapshot.columns] == ["id", "v", "w"]
    assert len(rows()) == 6


def test_a_table_that_begins_elsewhere(read, rows):
    def change(sheet):
        sheet.move_range("A1:C10", rows=4, cols=3)

    snapshot = read(workbook(table(9), change), name="d.xlsx")
    assert [list(r.values()) for r in rows()] == table(9)[1:]
    assert snapshot.rows_quarantined == 0


GROUPED = [
    ["Area", "Current", None, "Projection", None],
    [None, "Phase 1", "Phase 2", "Phase 1", "Phase 2"],
]


@pytest.mark.parametrize(
    ("count", "title"), [(3, 0), (3, 1), (3, 2), (20, 0), (20, 1), (20, 2), (2000, 1)]
)
@pytest.mark.parametrize("leaf", [("Phase 1", "Phase 2"), (2020, 2021)])
def test_merged_header_cells_are_in_the_names(read, rows, count, title, leaf):
    top = [["Areas of the plan", None, None, None, None], [None] * 5][:title]
    header = [GROUPED[0], [None, *leaf, *leaf]]
    body = [[f"A{i}", i, 2 * i, 3 * i, 4 * i] for i in range(count)]

    def change(sheet):
        first = title + 1
        for ref in (f"B{first}:C{first}", f"D{first}:E{first}", f"A{first}:A{first + 1}"):
            sheet.merge_cells(ref)
        if title:
            sheet.merge_cells("A1:E1")

    snapshot = read(workbook([*top, *header, *body], change), name="d.xlsx")
    names = [f"{g} {n}" for g in ("Current", "Projection") for n in leaf]
    assert [c.name for c in snapshot.columns] == ["Area", *names]
    assert [list(r.values()) for r in rows()] == body
    assert snapshot.dialect.header_rows == 2


@pytest.mark.parametrize("count", [3, 20])
def test_groups_without_merged_cells_are_in_the_names(read, rows, count):
    body = [[f"A{i}", i, 2 * i, 3 * i, 4 * i] for i in range(count)]
    snapshot = read(workbook([*GROUPED, *body]), name="d.xlsx")
    names = [f"{g} {n}" for g in ("Current", "Projection") for n in ("Phase 1", "Phase 2")]
    assert [c.name for c in snapshot.columns] == ["Area", *names]
    assert [list(r.values()) for r in rows()] == body


@pytest.mark.parametrize("third", ["z", "n/a", 1])
def test_a_header_with_a_blank_is_no_group(third):
    lines = [["name", None, "kind"], ["x", "y", third], ["u", "v", 2], ["p", "q", 3], ["s", "t", 4]]
    filled = [{j: v for j, v in enumerate(line, 1) if v is not None} for line in lines]
    sheet = Sheet("Sheet", dict(enumerate(filled, 1)))
    assert join_header(sheet).levels == 1
    assert len(sheet.rows) == 5


def test_three_levels_of_a_header(read, rows):
    header = [
        ["id", "2020", None, None, None],
        [None, "men", None, "women", None],
        [None, "a", "b", "a", "b"],
    ]
    body = [[i, i, i + 1, i + 2, i + 3] for i in range(9)]

    def change(sheet):
        for ref in ("A1:A3", "B1:E1", "B2:C2", "D2:E2"):
            sheet.merge_cells(ref)

    snapshot = read(workbook([*header, *body], change), name="d.xlsx")
    names = [c.name for c in snapshot.columns]
    assert names == ["id", "2020 men a", "2020 men b", "2020 women a", "2020 women b"]
    assert len(rows()) == 9


def test_a_sparse_first_row_below_groups_is_a_row(read, rows):
    body = [["A0", None, None], *([f"A{i}", i, i + 1] for i in range(1, 20))]
    header = [[None, "Current", None], ["Area", "P1", "P2"]]
    content = workbook([*header, *body], lambda sheet: sheet.merge_cells("B1:C1"))
    read(content, name="d.xlsx")
    assert [r["Area"] for r in rows()] == [f"A{i}" for i in range(20)]


def test_the_levels_of_pandas(read, rows):
    frame = pd.DataFrame(
        {"g": list("aabbc"), "h": list("xyxyx"), "v": [1.5, 2, 3, 4, 5], "w": range(5)}
    )
    buffer = io.BytesIO()
    frame.drop(columns="h").groupby("g").agg(["mean", "max"]).to_excel(buffer)
    snapshot = read(buffer.getvalue(), name="d.xlsx")
    assert [c.name for c in snapshot.columns] == ["g", "v mean", "v max", "w mean", "w max"]
    assert len(rows()) == 3
    buffer = io.BytesIO()
    frame.set_index(["g", "h"]).to_excel(buffer)
    read(buffer.getvalue(), name="d.xlsx")
    assert [r["g"] for r in rows()] == list("aabbc")


def test_a_merged_title_is_no_group(read, rows):
    content = workbook(
        [["Sales of the year", None, None], *table(9)], lambda sheet: sheet.merge_cells("A1:C1")
    )
    snapshot = read(content, name="d.xlsx")
    assert [c.name for c in snapshot.columns] == ["id", "v", "w"]
    assert len(rows()) == 9


@pytest.mark.parametrize("size", [2, 3, 50])
@pytest.mark.parametrize("column", [1, 2, 3])
def test_merged_cells_are_filled_down(read, rows, size, column):
    regions = ["N", "S", "E", "W"]
    body = []
    for group in regions:
        for i in range(size):
            row = [f"c{i}", i * 1.5]
            row.insert(column - 1, group if i == 0 else None)
            body.append(row)
    header = ["city", "v"]
    header.insert(column - 1, "region")

    def change(sheet):
        for g in range(4):
            first = 2 + g * size
            sheet.merge_cells(None, first, column, first + size - 1, column)

    snapshot = read(workbook([header, *body], change), name="d.xlsx")
    assert [r["region"] for r in rows()] == [g for g in regions for _ in range(size)]
    letter = "ABC"[column - 1]
    assert f"Filled {4 * (size - 1)} cells of merged ranges in column {letter}." in snapshot.notes


def test_merges_of_the_whole_sheet_are_no_danger(read, rows):
    merge = b'</sheetData><mergeCells><mergeCell ref="E2:XFD1048576"/></mergeCells>'
    read(patched(workbook(table(5)), b"</sheetData>", merge), name="d.xlsx")
    assert len(rows()) == 5


@pytest.mark.pairwise
@pytest.mark.parametrize("word", ["Grand Total", "Total", "TOTAL:", "Subtotal", "Summe"])
@pytest.mark.parametrize("gap", [[], [[None]]])
@pytest.mark.parametrize("count", [4, 30])
def test_totals_are_named_and_notes_left_out(read, rows, word, gap, count):
    days = [dt.date(2021, 1, 1) + dt.timedelta(days=i) for i in range(count)]
    body = [[f"R{i}", day, 100.5 + i] for i, day in enumerate(days)]
    total = [word, None, 3450.0]
    lines = [["region", "date", "sales"], *body, total, *gap, ["Note: preliminary"]]
    snapshot = read(workbook(lines), name="d.xlsx")
    assert len(rows()) == count + 1
    assert (snapshot.rows, snapshot.rows_quarantined) == (count + 1, 1)
    assert any(f"in line {count + 2} looks like a total ({word!r})" in n for n in snapshot.notes)
    assert any("'Note: preliminary'" in n for n in snapshot.notes)


@pytest.mark.parametrize("head", ["Legend:", "Source: the office"])
def test_a_block_that_a_word_heads_is_left_out(read, head):
    block = [[None], [None], [head], ["a", "the first"], ["b", "the second"]]
    snapshot = read(workbook([*table(12), *block]), name="d.xlsx")
    assert (snapshot.rows, snapshot.rows_quarantined) == (12, 3)
    assert any("'b | the second'" in note for note in snapshot.notes)


@pytest.mark.parametrize("note", ["* estimated", "Source: office of the city", "© the city 2021"])
def test_notes_directly_below_the_table(read, rows, note):
    snapshot = read(workbook([*table(12), [note]]), name="d.xlsx")
    assert (len(rows()), snapshot.rows_quarantined) == (12, 1)


def test_a_last_row_with_one_value_is_a_row(read, rows):
    snapshot = read(workbook([*table(12), ["99"]]), name="d.xlsx")
    assert (len(rows()), snapshot.rows_quarantined) == (13, 0)


def test_a_note_in_a_batch_is_never_dropped(read, tmp_path):
    columns = read("id,v,w\n1,2.5,a\n2,3.5,b\n3,1.5,a\n").columns
    (tmp_path / "b.xlsx").write_bytes(workbook([*table(5), ["Note: preliminary"]]))
    folder = tmp_path / "batch"
    folder.mkdir()
    assert read_aligned(tmp_path / "b.xlsx", "b.xlsx", columns, folder).rows == 6


@pytest.mark.parametrize("count", [1, 40])
def test_formulas_without_values_are_reported(read, rows, count):
    body = [[i, i * 10, f"=B{i + 2}*0.2", f"=B{i + 2}+C{i + 2}"] for i in range(count)]
    snapshot = read(workbook([["id", "price", "tax", "total"], *body]), name="d.xlsx")
    assert len(rows()) == count
    expected = f"{2 * count} formulas without a stored value in columns C, D: missing."
    assert any(n.startswith(expected) for n in snapshot.notes)


def test_formulas_with_values_are_read(read, rows):
    content = workbook([["id", "twice"], [1, "=A2*2"], [2, "=A3*2"]])
    content = patched(content, rb"<v\s*/>|<v></v>", b"<v>7</v>")
    snapshot = read(content, name="d.xlsx")
    assert [r["twice"] for r in rows()] == [7, 7]
    assert not any("formula" in n for n in snapshot.notes)


def test_hidden_rows_and_columns_are_read_and_reported(read, rows):
    def change(sheet):
        for row in (4, 5):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions["Z"].hidden = True

    snapshot = read(workbook(table(9), change), name="d.xlsx")
    assert len(rows()) == 9
    assert "2 hidden rows read like the others: 4, 5." in snapshot.notes
    assert "1 hidden column read like the others: B." in snapshot.notes


@pytest.mark.parametrize("hidden", [False, True])
def test_which_sheet_is_read(read, rows, hidden):
    """The largest visible sheet, whatever a hidden one holds."""
    book = openpyxl.Workbook()
    book.active.title = "About"
    book.active.append(["made by", "me"])
    data, old = book.create_sheet("Data"), book.create_sheet("Old")
    for row in table(9):
        data.append(row)
    for row in table(30):
        old.append(row)
    old.sheet_state = "hidden" if hidden else "visible"
    snapshot = read(saved(book), name="d.xlsx")
    title, count = ("Data", 9) if hidden else ("Old", 30)
    assert len(rows()) == count
    note = next(n for n in snapshot.notes if "sheets" in n)
    assert f"only '{title}', the largest, was read" in note
    assert "'About' (2 cells)" in note
    assert ("hidden" in note) == hidden


@pytest.mark.parametrize("name", ["d.xlsx", "d.csv", "d"])
@pytest.mark.parametrize("midnight", [True, False])
def test_dates_of_the_1904_calendar(read, rows, name, midnight):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    times = [dt.datetime(2021, 1, 1 + i, 0 if midnight else i) for i in range(9)]  # noqa: DTZ001
    for row in [["t", "n"], *([t, i] for i, t in enumerate(times))]:
        book.active.append(row)
    snapshot = read(saved(book), name=name)
    expected = [t.date() for t in times] if midnight else times
    assert [r["t"] for r in rows()] == expected
    assert snapshot.columns[0].type == ("date" if midnight else "datetime")


def test_error_cells_are_missing(read, rows):
    body = [[i, i * 2.5] for i in range(9)]
    body[3][1], body[5][1] = "#N/A", "#DIV/0!"
    snapshot = read(workbook([["id", "v"], *body]), name="d.xlsx")
    assert [r["v"] for r in rows()][3:6] == [None, 10.0, None]
    assert snapshot.columns[1].type == "number"
    assert "Error cells are stored as missing: #N/A (1), #DIV/0! (1)." in snapshot.notes


def test_booleans_and_numbers_as_text(read, rows):
    body = [[bool(i % 2), str(i * 10), f"{i:03d}"] for i in range(9)]
    snapshot = read(workbook([["flag", "n", "code"], *body]), name="d.xlsx")
    assert [c.type for c in snapshot.columns[:2]] == ["boolean", "integer"]
    assert rows()[3]["flag"] is True
    assert rows()[3]["n"] == 30


def test_codes_keep_the_zeros_that_are_shown(read, rows):
    def change(sheet):
        for row in range(2, 42):
            sheet.cell(row, 2).number_format = "00000"

    read(workbook([["id", "zip"], *([i, 501 + 99 * i] for i in range(40))], change), name="d.xlsx")
    assert [str(r["zip"]) for r in rows()][:2] == ["00501", "00600"]


def test_long_durations_and_escaped_texts(read, rows):
    body = [[dt.timedelta(hours=26 + i, minutes=5), f"a_x000D_\n{i}"] for i in range(5)]
    read(workbook([["took", "text"], *body]), name="d.xlsx")
    assert str(rows()[0]["took"]) == "26:05:00"
    assert rows()[0]["text"] == "a\r\n0"


@pytest.mark.parametrize(
    ("pattern", "replacement", "words"),
    [
        (rb'<row r="2"', b'<row r="2000000000"', "beyond the last one"),
        (rb'r="A2"', b'r="ZZZZZZ2"', "columns|damaged"),
        (rb"</sheetData>", b"</sheet", "damaged"),
        (rb"<sheetData>.*</sheetData>", b"<sheetData/>", "no sheet with values"),
    ],
)
def test_damaged_worksheets_are_coded_errors(read, pattern, replacement, words):
    content = patched(workbook(table(5)), re.compile(pattern, re.DOTALL), replacement)
    with pytest.raises(PipeWeaveError, match=words):
        read(content, name="d.xlsx")


def test_a_workbook_that_decompresses_to_too_much(read):
    content = patched(workbook(table(5)), rb"</sheetData>", b"</sheetData>" + b" " * 3_000_000)
    with pytest.raises(PipeWeaveError, match="decompresses to"):
        read(content, name="d.xlsx", max_uncompressed_bytes=1_000_000)


_CELLS = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e6, 1e6).map(lambda v: round(v, 3)),
    st.booleans(),
    st.text("abcXYZ é", min_size=1, max_size=8).filter(str.strip),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(_CELLS, _CELLS), min_size=4, max_size=25),
    st.sampled_from(["A1", "A1:B2", "A1:XFD1048576"]),
    st.integers(0, 3),
)
def test_no_cell_is_lost(cells, ref, gap):
    """With whole numbers in the first column, every row comes back, in order."""
    lines = [["id", "left", "right"], *([i, *c] for i, c in enumerate(cells))]

    def change(sheet):
        if gap:
            sheet.insert_rows(4, gap)

    content = patched(
        workbook(lines, change), rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % ref.encode()
    )
    with tempfile.TemporaryDirectory() as name:
        path, out = Path(name) / "upload", Path(name) / "out"
        path.write_bytes(content)
        out.mkdir()
        upload = RawUpload(dataset="d", files=[RawFile(name="d.xlsx", sha256="0", size_bytes=1)])
        snapshot = ingest(upload, [path], out)
        stored = pq.read_table(out / "data.parquet").to_pylist()
    assert snapshot.rows_read == len(cells)
    assert snapshot.columns[0].name == "id"
    if not snapshot.rows_quarantined:
        assert [r["id"] for r in stored] == list(range(len(cells)))
