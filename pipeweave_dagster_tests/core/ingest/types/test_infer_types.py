"""Types hold for the whole column, and nothing is rounded."""

import datetime as dt

import pytest

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"


def types(snapshot):
    return [c.type for c in snapshot.columns]


def test_late_values_widen_the_type_and_are_not_rounded(read, rows):
    lines = [f"{i},{i},2020-01-01" for i in range(30_000)]
    lines[25_000] = "3.7,007,2020-01-01 10:30:00"
    snapshot = read("a,b,c\n" + "\n".join(lines) + "\n")
    assert types(snapshot) == ["number", "text", "datetime"]
    assert snapshot.rows_quarantined == 0
    assert rows()[25_000] == {"a": 3.7, "b": "007", "c": dt.datetime(2020, 1, 1, 10, 30)}  # noqa: DTZ001


def test_null_tokens_in_numbers_are_reported(read, rows):
    snapshot = read("a,b\n" + "".join(f"{i},x\n" for i in range(50)) + "?,y\n,z\n")
    assert snapshot.columns[0].type == "integer"
    assert snapshot.columns[0].missing == 2
    assert "'?' (1)" in snapshot.columns[0].note
    assert rows()[50] == {"a": None, "b": "y"}


def test_leading_zeros_are_codes(read, rows):
    snapshot = read("zip,n\n" + "".join(f"0{i:04},1\n" for i in range(40)))
    assert snapshot.columns[0].type == "text"
    assert rows()[7]["zip"] == "00007"


def test_a_setting_keeps_a_column_as_text(read, rows):
    snapshot = read(PLAIN, columns={"age": "text"})
    assert snapshot.columns[1].type == "text"
    assert rows()[0]["age"] == "34"


@pytest.mark.parametrize(
    ("form", "value", "kind"),
    [
        ("date:%d.%m.%Y", "2024-03-{:02}", "date"),
        ("date:%Y-%m-%d", "{:02}.03.2024", "date"),
        ("datetime:%d/%m/%Y %H:%M", "2024-03-{:02} 10:30:00", "datetime"),
        ("date:%d/%m/%Y", "{}.5", "number"),
        ("time:%H:%M", "{}", "integer"),
    ],
)
@pytest.mark.parametrize("rows_", [5, 600])
def test_a_date_format_that_fits_no_value_does_not_make_the_column_text(
    read, form, value, kind, rows_
):
    lines = [f"{value.format(1 + i % 28)},{i}" for i in range(rows_)]
    lines[2] = f",{lines[2].partition(',')[2]}"
    column = read("day,n\n" + "\n".join(lines) + "\n", columns={"day": form}).columns[0]
    assert column.type == kind
    assert "No value matches" in column.note
    assert "pipeweave.yaml" in column.note


def test_a_date_format_that_fits_most_values_leaves_the_others_as_they_are(read):
    lines = [f"{1 + i % 28:02}.03.2024,{i}" for i in range(60)]
    lines[5:10] = ["2024-03-01,1"] * 5
    column = read("day,n\n" + "\n".join(lines) + "\n", columns={"day": "date:%d.%m.%Y"}).columns[0]
    assert column.type == "text"
    assert "Not every value" in column.note


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([" 5 ", "\t-7", "12"], 5),
        (["\u00a01.5", "2.25 ", "3"], 1.5),
        ([" $1,200.50", "$3 ", "$4.5"], 1200.5),
        (["2024-01-31 ", " 2024-02-01", "2024-02-02"], dt.date(2024, 1, 31)),
        ([" TRUE", "false ", "true"], True),
    ],
)
@pytest.mark.parametrize("missing", [[], ["NA"], ["?", "n/a"]])
def test_blanks_around_values_change_nothing(read, rows, values, first, missing):
    cells = [*values, *missing] * 30
    snapshot = read("k,v\n" + "".join(f'a{i},"{v}"\n' for i, v in enumerate(cells)))
    found = [row["v"] for row in rows()]
    assert found[0] == first
    assert sum(v is None for v in found) == 30 * len(missing) == snapshot.columns[1].missing
    assert snapshot.rows == len(cells)


def test_a_value_that_does_not_match_still_leaves_the_table(read, rows):
    cells = ["1.5 ", " 2"] * 300 + ["3,5,7"]
    snapshot = read("k,v\n" + "".join(f'a{i},"{v}"\n' for i, v in enumerate(cells)))
    assert (snapshot.rows, snapshot.rows_quarantined) == (600, 1)
    assert {row["v"] for row in rows()} == {1.5, 2.0}


def test_exponents_of_fortran_are_numbers_and_codes_with_a_d_are_none(read, rows):
    lines = "".join(f"{i}.5D-0{i},{i}D5,{i}.25\n" for i in range(1, 9))
    snapshot = read(f"energy,code,other\n{lines}0.0,9D5,1.25d+02\n")
    assert [c.type for c in snapshot.columns] == ["number", "text", "number"]
    assert [row["energy"] for row in rows()[::8]] == [0.15, 0.0]
    assert rows()[-1]["other"] == 125.0
