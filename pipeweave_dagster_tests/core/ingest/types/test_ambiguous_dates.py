"""Day and month are resolved by evidence or by the user, never by a guess."""

import datetime as dt

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError


def test_day_and_month(read, rows):
    def days(order):
        return [
            f"{d:02}/{m:02}/2004" if order == "dm" else f"{m:02}/{d:02}/2004"
            for m in range(1, 13)
            for d in (3, 11, 25)
        ]

    snapshot = read("when,n\n" + "".join(f"{d},1\n" for d in days("dm")))
    assert snapshot.columns[0].format == "%d/%m/%Y"
    assert rows()[2]["when"] == dt.date(2004, 1, 25)


def test_ambiguous_dates_stay_text_and_name_the_setting(read):
    snapshot = read("when,n\n" + "".join(f"0{d}/0{9 - d}/2004,1\n" for d in (5, 1, 7, 2, 8, 3, 6)))
    assert snapshot.columns[0].type == "text"
    assert "Ambiguous date" in snapshot.columns[0].note


def test_a_setting_resolves_an_ambiguous_date(read, rows):
    text = "when,n\n" + "".join(f"0{d}/0{9 - d}/2004,1\n" for d in (5, 1, 7, 2, 8, 3, 6))
    snapshot = read(text, columns={"when": "date:%d/%m/%Y"})
    assert snapshot.columns[0].type == "date"
    assert rows()[0]["when"] == dt.date(2004, 4, 5)
    with pytest.raises(PipeWeaveError, match="Unknown type"):
        read(text, columns={"when": "date:%Q"})
    unfit = read(text + "x,1\ny,1\nz,1\n", columns={"when": "date:%d/%m/%Y"})
    assert unfit.columns[0].type == "text"
    assert "Not every value matches" in unfit.columns[0].note


MONTHS = [(year, month) for year in (1957, 1958) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([f"{m}/1/{y}" for y, m in MONTHS], "%m/%d/%Y"),
        ([f"1/{m}/{y}" for y, m in MONTHS], "%d/%m/%Y"),
        ([f"{m:02}/01/{y}" for y, m in MONTHS if m % 3 == 1], "%m/%d/%Y"),
        ([f"{m}/1/{y}" for y, m in MONTHS for _ in range(3)], "%m/%d/%Y"),  # three shops a month
        ([f"{m}/1/{y}" for y, m in reversed(MONTHS)], "%m/%d/%Y"),
        ([f"{m}/1/{y}" for y, m in sorted(MONTHS, key=lambda p: p[1])], "%m/%d/%Y"),
        ([f"{d}/{m}/2021" for m, d in ((1, 5), (1, 12), (2, 2), (2, 9), (3, 2), (4, 6))], None),
        ([f"{m}/1/1957" for m in range(1, 13)], None),  # or the first twelve days of January
    ],
)  # fmt: skip
def test_equal_steps_prove_the_order(read, dates, expected):
    column = read("when,n\n" + "".join(f"{d},1\n" for d in dates)).columns[0]
    if expected is None:
        assert column.type == "text" or "sorted" in (column.note or "")
    else:
        assert (column.type, column.format) == ("date", expected)
        assert "interchangeable" in (column.note or "")
