"""Decimals cut at their own comma never shift the names silently; both readings are named."""

import pytest

from pipeweave_dagster.core.ingest.text.cut_numbers import are_surely_cut, cut_numbers

PLACES = ("Ulm", "Rom", "Oslo")
FIRST = {
    "id": str, "Nr.": str, "order_id": lambda i: f"A{i}",
    "datum": lambda i: f"2021-{1 + i // 28:02}-{1 + i % 28:02}",
}  # fmt: skip


def columns(first, count):
    made = [FIRST[first](i) for i in range(count)]
    amounts = [str(i * 7 % 23) for i in range(count)]
    cents = [f"{10 + i * 13 % 90}" for i in range(count)]
    return [made, [PLACES[i % 2] for i in range(count)], amounts, cents]


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("count", [3, 30, 300])
def test_the_name_of_the_first_column_stays_there(first, count):
    cells = columns(first, count)
    assert (cut_numbers(cells), are_surely_cut([first, "ort", "betrag"], cells)) == (2, True)


ROW_NAMES = {
    "texts": (["speed", "dist"], [["a", "b", "c"], ["4", "7", "9"], ["2", "10", "4"]]),
    "numbers": (["speed", "dist"], [["1", "2", "3"], ["4", "7", "9"], ["20", "10", "40"]]),
    "own ids": (["id", "n"], [["1", "2", "3"], ["a7", "a8", "a9"], ["0.5", "0.7", "1.5"]]),
    "ids and ages": (
        ["id", "n", "age"], [["1", "2", "3"], ["7", "8", "9"], ["1", "2", "1"], ["20", "35", "41"]],
    ),
    "own dates": (["date", "n", "x"], [["1", "2"], ["2021-01-01"] * 2, ["4", "7"], ["20", "10"]]),
}  # fmt: skip


@pytest.mark.parametrize("case", ROW_NAMES)
def test_row_names_stay_row_names(case):
    assert not are_surely_cut(*ROW_NAMES[case])


@pytest.mark.parametrize(("first", "named"), [("id", 0), ("where", 1)])
@pytest.mark.parametrize("count", [3, 30])
def test_the_doubt_names_both_readings(read, first, named, count):
    cells = columns("id", count)
    body = "".join(",".join(row) + "\n" for row in zip(*cells, strict=True))
    snapshot = read(f"{first},ort,betrag\n{body}")
    assert snapshot.columns[named].original_name == first
    doubt = snapshot.dialect.doubt
    assert "3 names for 4 columns" in doubt
    assert "row names" in doubt
    assert "(0,10)" in doubt
    assert doubt.endswith("If so, quote them; if not, name every column.")


def test_row_names_beside_no_cut_number_are_in_no_doubt(read):
    body = "".join(f"car {i},{i}.5,{i % 2}\n" for i in range(20))
    assert read(f"mpg,am\n{body}").dialect.doubt is None


def test_names_that_lack_above_columns_of_blanks_are_in_doubt(read):
    body = "".join(f"{i},a,{i}.5,,{'x' * (i % 9 == 0)}\n" for i in range(30))
    doubt = read(f"id,kind,w,,\n{body}").dialect.doubt
    assert "3 names for 5 columns. Read with names from the first column on" in doubt
    assert "row names" not in doubt
