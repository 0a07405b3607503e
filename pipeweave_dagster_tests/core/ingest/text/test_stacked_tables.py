"""Several tables in one file: the first is read, the others are named, no line is lost."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.stacked_tables import end_of_first_table, lines_below

PEOPLE = [
    ["name", "age", "town"],
    ["Ann", "34", "Ulm"],
    ["Bob", "45", "Hof"],
    ["Cid", "51", "Bonn"],
]
SALES = [["month", "amount"], ["2020-01", "500"], ["2020-02", "600"], ["2020-03", "650"]]
STOCK = [
    ["product", "price", "stock", "colour", "since"],
    *[[f"chair {i}", f"{i}.90", f"{i}", "red", f"2020-01-{i + 10}"] for i in range(9)],
]
PARTS = [["part", "weight", "since"], ["A-x", "12.5", "2020-01-01"], ["B-x", "9.1", "2021-01-01"]]
VALUES = [
    ["when", "low", "high"],
    *[[f"2021-05-{i + 10}", f"{i}.5", f"{i + 20}"] for i in range(8)],
]


def text(*tables, between=("",), delimiter=",", titles=()):
    """Write tables one under another, with lines between them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for place, table in enumerate(tables):
        if place:
            out.writelines(f"{line}\n" for line in between)
        if titles:
            out.write(titles[place] + "\n")
        writer.writerows(table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (text(PEOPLE, STOCK), PEOPLE),
        (text(STOCK, PEOPLE), STOCK),
        (text(PEOPLE, SALES, STOCK), PEOPLE),
        (text(PEOPLE, PARTS), PEOPLE),
        (text(PEOPLE, SALES, delimiter=";", between=["", ""]), PEOPLE),
        (text(PEOPLE, SALES, delimiter="\t"), PEOPLE),
        (text(PEOPLE, STOCK, titles=["Table 1: people", "Table 2: stock"]), PEOPLE),
        (text(PEOPLE, STOCK, between=[",,"]), PEOPLE),
        (text(STOCK, VALUES, between=[]), STOCK),
        (text(VALUES, STOCK, between=[]), VALUES),
        (text(STOCK, [[*"vwxyz"], *STOCK[1:]], between=[]), STOCK),
        (text(STOCK, PEOPLE, between=["", "Source: office", ""]), STOCK),
    ],
)
def test_the_first_table_is_read_and_the_others_are_named(read, rows, content, first):
    snapshot = read(content)
    got = [[c.original_name for c in snapshot.columns], *([*r.values()] for r in rows())]
    assert got[0] == first[0]
    assert len(got) == len(first)
    assert [str(r[0]) for r in got[1:]] == [r[0] for r in first[1:]]
    named = [line for line in snapshot.left_out if line.kind == "another table"]
    assert named
    assert any("below the first one" in note for note in snapshot.notes)


def test_padded_to_one_width_as_a_spreadsheet_exports_it(read, rows):
    padded = [row + [""] * (5 - len(row)) for row in [*PEOPLE, [], *STOCK]]
    snapshot = read(text(padded))
    assert [c.name for c in snapshot.columns] == PEOPLE[0]
    assert len(rows()) == 3


def test_a_title_is_listed_without_the_blank_cells_beside_it(read):
    snapshot = read(text([["Stock, all shops", "", "", "", ""], *STOCK], delimiter=";"))
    assert [line.text for line in snapshot.left_out] == ["Stock, all shops"]


def test_the_second_is_read_where_the_user_skips_the_first(tmp_path, out):
    path = tmp_path / "upload"
    path.write_text(text(PEOPLE, STOCK))
    file = RawFile(name="d.csv", sha256="0", size_bytes=path.stat().st_size)
    below = DatasetSettings(read={"skip": 4, "header": 1})
    snapshot = ingest(RawUpload(dataset="d", files=[file], settings=below), [path], out)
    assert [c.name for c in snapshot.columns] == STOCK[0]
    assert snapshot.rows == 9


@pytest.mark.parametrize(
    "content",
    [
        text(PEOPLE[:3], PEOPLE[2:] * 3),  # groups of rows
        text(STOCK, STOCK[1:], STOCK[1:], between=["", ""]),
        text(PEOPLE, PEOPLE),  # the header again
        text(PEOPLE, [["Dee", "unknown", "Ulm"], ["Eva", "40", "Hof"], ["Fay", "41", "Bonn"]]),
        text([["id", "a", "b"], ["0", "", "0"], ["2", "X", ""], ["3", "0", ""], ["4", "0", ""]]),
        text(PEOPLE, [["total", "130", ""]]),
        text([["Report", "Q1"], ["Author", "Ann"], ["Date", "2020-01-01"]], STOCK * 3),
        text(STOCK, [["note: see page 3"], ["second note"]]),
        text([*STOCK[:4], ["lamp", "none", "few", "any", "never"], *STOCK[4:]]),
        text([["k", "v"], ["rows", "100"], ["columns", "20"]], [STOCK[0], *STOCK[1:] * 9]),
    ],
)
def test_other_files_are_one_table(content):
    dialect = "\t" if "\t" in content else ","
    rows = list(csv.reader(io.StringIO(content), delimiter=dialect))
    records = [Record(i + 1, row) for i, row in enumerate(rows) if row]
    assert end_of_first_table(records) is None


words = st.sampled_from(["red", "green", "Ulm", "New York", "x, y", "NA", "", "Ann"])
numbers = st.integers(0, 999).map(str)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(words, numbers, words, numbers), min_size=1, max_size=30),
    st.sets(st.integers(0, 29)),
)
def test_blank_lines_never_cut_a_table(cells, blanks):
    records, line = [Record(1, ["name", "qty", "town", "price"])], 1
    for place, row in enumerate(cells):
        line += 2 if place in blanks else 1
        records.append(Record(line, [*row]))
    assert end_of_first_table(records) is None


@given(st.lists(st.lists(words | numbers, max_size=5), max_size=60), st.integers(1, 50))
def test_every_line_below_is_in_a_table_or_listed(rows, end):
    records = [Record(i + 1, row) for i, row in enumerate(rows)]
    listed = lines_below(records, min(end, len(records)))
    filled = {r.line for r in records[end:] if any(f.strip() for f in r.fields)}
    tables = [line.line for line in listed if line.kind == "another table"]
    assert {line.line for line in listed} <= filled
    if not tables:
        assert {line.line for line in listed} == filled


NOTES = {
    "comments": "# ------\n# All data, all users\n# 20240101-20240131\n# ------\n\n",
    "one line": "All data of January\n\n",
    "several blocks": "Exported by: Ann\nAll data, all users\n\nOnly complete days\n\n",
}


@pytest.mark.parametrize("days", [3, 31])
@pytest.mark.parametrize("notes", NOTES.values(), ids=NOTES)
def test_two_tables_below_notes_keep_their_delimiter(read, rows, notes, days):
    """Web analytics write pages, and below them a line per day."""
    pages = "".join(f"/p{i},{i + 7},{i},00:0{i % 9}:23,{i}.67%,$0.{i + 10}\n" for i in range(40))
    names = "Page,Views,Unique,Time,Bounces,Value"
    second = "Day Index,Views\n" + "".join(f"1/{i + 1}/24,{400 + i}\n" for i in range(days))
    snapshot = read(f"{notes}{names}\n{pages}\n{second}")
    assert [c.name for c in snapshot.columns] == names.split(",")
    assert (snapshot.rows, rows()[39]["Views"]) == (40, 46)
    assert [line.text for line in snapshot.left_out if "Day Index" in line.text]
