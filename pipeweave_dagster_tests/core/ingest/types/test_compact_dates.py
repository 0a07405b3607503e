"""Whole numbers are dates only if that is certain."""

import datetime as dt

import pytest

from pipeweave_dagster.core.ingest.types.compact_dates import compact_date

pytestmark = pytest.mark.slow  # the file with all its variants

DAYS = [dt.date(2019, 1, 3) + dt.timedelta(31 * i) for i in range(40)]
FORMS = ["%Y%m%d", "%m%d%Y", "%d%m%Y"]


def table(name, texts):
    return f"{name},v\n" + "".join(f"{t},{i}\n" for i, t in enumerate(texts))


@pytest.mark.pairwise
@pytest.mark.parametrize("name", ["date", "x"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("whole", [str, lambda t: t.lstrip("0"), lambda t: f"{t}.0"])
def test_dates_as_whole_numbers_are_dates(form, name, whole, read, rows):
    snapshot = read(table(name, [whole(d.strftime(form)) for d in DAYS]))
    assert snapshot.columns[0].format == form
    assert [row[name] for row in rows()] == DAYS


@pytest.mark.pairwise
@pytest.mark.parametrize("name", ["MESS_DATUM", "x"])
@pytest.mark.parametrize(
    ("form", "step"),
    [("%Y%m%d%H", 1), ("%Y%m%d%H", 6), ("%Y%m%d%H%M", 0.5), ("%Y%m%d%H%M%S", 0.7)],
)
@pytest.mark.parametrize("whole", ["{}", "{}.0"])
def test_times_as_whole_numbers_are_times(form, step, name, whole, read, rows):
    start = dt.datetime(2026, 1, 30, tzinfo=dt.UTC)
    times = [start + dt.timedelta(hours=step * i) for i in range(90)]
    snapshot = read(table(name, [whole.format(t.strftime(form)) for t in times]))
    assert (snapshot.columns[0].type, snapshot.columns[0].format) == ("datetime", form)
    assert [row[name].strftime(form) for row in rows()] == [t.strftime(form) for t in times]


def test_missing_cells_and_zeros_are_missing(read, rows):
    texts = [d.strftime("%m%d%Y") if i % 4 else ["", "00000000"][i % 8 // 4]
             for i, d in enumerate(DAYS)]  # fmt: skip
    read(table("visit_date", texts))
    assert [row["visit_date"] for row in rows()] == [d if i % 4 else None
                                                     for i, d in enumerate(DAYS)]  # fmt: skip


def test_months_as_whole_numbers_are_months(read, rows):
    texts = [d.strftime("%Y%m") for d in DAYS]
    assert read(table("yyyymm", texts[:5])).columns[0].type == "date"
    assert read(table("x", texts)).columns[0].type == "date"
    assert rows()[0]["x"] == dt.date(2019, 1, 1)


NUMBERS = {
    "consecutive": range(20210101, 20210131),
    "consecutive months": range(202001, 202013),
    "amounts": range(10_112_000, 10_112_400, 10),
    "hours of one day": range(2021010100, 2021010124),
    "orders of a day, from 1": [
        2021010000 + day * 100 + n for day in range(1, 29) for n in range(1, 9)
    ],
    "orders of a day, from 0": [
        2021010000 + day * 100 + n for day in range(1, 29) for n in range(9)
    ],
    "seconds since 1970": range(1_569_297_600, 1_569_397_600, 3_600),
    "telephones": [2012345678 + 104_729 * i for i in range(40)],
    "few": [20210101, 20220202, 20230303],
    "prices": [199901, 200512, 201003, 150000, 320500, 410900, 210012],
    "no such day": [2302021, 2312020, 2302019, 2302018] * 5,
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_other_whole_numbers_stay_numbers(kind, read, rows):
    read(table("x", NUMBERS[kind]))
    assert [row["x"] for row in rows()] == list(NUMBERS[kind])


def test_numbers_after_a_sample_of_dates_stay_numbers(read, rows):
    texts = [int(d.strftime("%Y%m%d")) for d in DAYS * 500]
    texts[12_345] = 20219999
    snapshot = read(table("x", texts))
    assert snapshot.columns[0].type == "integer"
    assert rows()[12_345]["x"] == 20219999


def test_day_and_month_that_are_interchangeable_stay_as_they_are(read, rows):
    texts = [f"{d:02}{m:02}2021" for d in range(1, 8) for m in range(1, 8)]
    assert compact_date(texts, "x") is None
    snapshot = read(table("date", [*texts[::3][:5:-1], *texts[:20:3]]))
    assert rows()[0]["date"] == texts[::3][-1]
    assert "Ambiguous date" in snapshot.columns[0].note
