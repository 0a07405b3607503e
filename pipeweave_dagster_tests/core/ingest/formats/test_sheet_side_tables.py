"""Of tables beside each other in a sheet the largest is read, and the others are named."""

import datetime as dt

import pytest

from pipeweave_dagster_tests.core.ingest.formats.test_worksheet import workbook

SALES = [["Customer", "Since", "Turnover"]]
SALES += [[f"C{i}", dt.date(2024, 1, i), i * 10.5] for i in range(1, 21)]
RATES = [["Rate", "Value"], *([f"r{i}", i] for i in range(8))]


def beside(left, right, gap):
    width, other = len(left[0]), len(right[0])
    for i in range(max(len(left), len(right))):
        first = left[i] if i < len(left) else [None] * width
        yield [*first, *[None] * gap, *(right[i] if i < len(right) else [None] * other)]


@pytest.mark.parametrize("gap", [1, 2])
@pytest.mark.parametrize("tables", [(SALES, RATES), (RATES, SALES)], ids=["left", "right"])
def test_the_largest_of_two_tables_is_read(read, rows, tables, gap):
    snapshot = read(workbook(beside(*tables, gap)), name="d.xlsx")
    assert [c.name for c in snapshot.columns] == SALES[0]
    assert (len(rows()), rows()[4]["Turnover"]) == (20, 52.5)
    assert any("(Rate | Value, with 8 rows)" in note for note in snapshot.notes)


@pytest.mark.parametrize(
    ("left", "right", "gap"),
    [
        (SALES, [["Rate", "Value"], *([f"r{i}", i] for i in range(20))], 1),
        (SALES, RATES, 0),
        (SALES, [["Note"], ["late"], ["early"], ["open"]], 1),
        (SALES, [["Note", "By"], *([[None, None]] * 5), ["late", "Ann"], ["early", "Bo"]], 1),
        (SALES, [["Flag", "Text"], *([["x", "y"]] * 6)], 1),
    ],
    ids=["as many rows", "no gap", "one column", "rows between", "only texts"],
)
def test_other_columns_belong_to_the_table(read, left, right, gap):
    snapshot = read(workbook(beside(left, right, gap)), name="d.xlsx")
    assert len(snapshot.columns) == len(left[0]) + len(right[0])
    assert snapshot.rows == 20


@pytest.mark.parametrize("title", [[], ["Summary"]])
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_narrow_table_below_the_rows_is_none_of_them(read, rows, title, suffix):
    body = [["Age group", "m", "f", "all"], *([f"{i}-{i + 4}", i, i + 1, 2 * i] for i in range(20))]
    below = [[None], *([title] if title else []), ["Key", "Value"], ["Total", 99], ["Mean", 5]]
    lines = [*body, *([*line, *[None] * (4 - len(line))] for line in below)]
    text = "\n".join(",".join("" if c is None else str(c) for c in line) for line in lines)
    snapshot = read(workbook(lines) if suffix == "xlsx" else text, name=f"d.{suffix}")
    assert (snapshot.rows, [c.type for c in snapshot.columns]) == (20, ["text", *["integer"] * 3])
    notes = " ".join(snapshot.notes)
    assert "another table below" in notes or "1 table below the first one" in notes


@pytest.mark.parametrize(
    "below",
    [
        [["x", 5], ["y", 6]],
        [["Key", "Value", "More", "Most"], ["Total", 1, 2, 3]],
        [["Key", "Value"]],
    ],
    ids=["no names", "as wide", "one row"],
)
def test_other_rows_below_a_blank_one_stay(read, below):
    body = [["Age group", "m", "f", "all"], *([f"{i}-{i + 4}", i, i + 1, 2 * i] for i in range(20))]
    snapshot = read(workbook([*body, [None], *below]), name="d.xlsx")
    assert "another table below the table" not in " ".join(snapshot.notes)


def test_a_note_below_a_sheet_is_reported_once(read):
    lines = [*SALES, [None], ["Source: the office"]]
    notes = [n for n in read(workbook(lines), name="d.xlsx").notes if "below the table" in n]
    assert notes == ["Quarantined 1 row: line 23: a note below the table ('Source: the office')."]
