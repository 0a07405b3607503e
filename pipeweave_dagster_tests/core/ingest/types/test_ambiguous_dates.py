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
