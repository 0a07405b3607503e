"""Digits that are lost are reported, and codes are no numbers."""

import pytest

EANS = [str(4006381330000 + 37 * i) for i in range(20)]


def column(snapshot):
    return snapshot.columns[0]


@pytest.mark.parametrize("values", [[*EANS, "4.00638E+12"], ["4.00638E+12"] * 9])
def test_long_numbers_that_a_spreadsheet_shortened_are_in_doubt(read, values):
    snapshot = read("ean,n\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values)))
    assert "lost digits before the file was written" in column(snapshot).doubt


@pytest.mark.parametrize("values", [EANS, ["4.5E+12", "1.2", "3E+3"], ["5", "4.00638E+12"]])
def test_other_numbers_are_not(read, values):
    snapshot = read("x,n\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values * 3)))
    assert column(snapshot).doubt is None


def test_numbers_that_become_equal_when_rounded_are_in_doubt(read, rows):
    values = [f"1234567890123456789.{i:02}" for i in range(11, 20)]
    text = "v,n\n" + "".join(f"{v},{i}\n" for i, v in enumerate(values))
    assert "8 numbers with more than 17 digits became equal" in column(read(text)).doubt
    read(text, columns={"v": "text"})
    assert [row["v"] for row in rows()] == values


@pytest.mark.parametrize(
    "values",
    [["rs94764892", "rs36691772"], ["rs0", "rs12"], ["USD0012345", "USD0012399"], ["kr8837151"]],
)
def test_letters_glued_to_many_digits_are_a_code(read, rows, values):
    values = values * 8
    read("id,p\n" + "".join(f"{v},0.5\n" for v in values))
    assert [row["id"] for row in rows()] == values


@pytest.mark.parametrize("values", [["Rs500", "Rs1250"], ["USD 8837151"], ["EUR12000000"]])
def test_amounts_are_not(read, values):
    assert column(read("x,p\n" + "".join(f"{v},0.5\n" for v in values * 8))).type == "number"
