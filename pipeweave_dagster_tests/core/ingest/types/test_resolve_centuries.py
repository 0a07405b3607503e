"""Two-digit years: one window for a column, births never in the future, and the same in batches."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest import read_aligned
from pipeweave_dagster.core.ingest.types import resolve_centuries
from pipeweave_dagster.core.ingest.types.resolve_centuries import first_year

pytestmark = pytest.mark.slow  # the file with all its variants


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(resolve_centuries, "current_year", lambda: 2026)


def table(name, format_, years, mark=",", rows=None):
    rows = rows or len(years)
    dates = [
        dt.date(years[i % len(years)], i % 12 + 1, 13 + i % 14).strftime(format_)
        for i in range(rows)
    ]
    return f"id{mark}{name}\n" + "".join(f"{i}{mark}{d}\n" for i, d in enumerate(dates))


CASES = {
    "births": ("birth_date", "%m/%d/%y", range(1940, 1999)),
    "births of a few": ("dob", "%d.%m.%y", (1940, 1998, 1971, 1985, 2003)),
    "births of the old and the young": ("birthday", "%d-%b-%y", range(1931, 2021)),
    "speeches": ("date", "%m/%d/%y", range(1947, 2015)),
    "maturities": ("maturity", "%d/%m/%y", range(2020, 2046)),
    "contracts": ("date", "%m/%d/%y", range(2015, 2046)),
    "this decade": ("when", "%d-%m-%y", range(2016, 2026)),
    "times": ("seen", "%m/%d/%y %H:%M", range(1950, 2010)),
    "months": ("period", "%b-%y", range(1960, 2020)),
}


@pytest.mark.parametrize(("mark", "rows_"), [(",", None), (";", 500)])
@pytest.mark.parametrize("case", CASES)
def test_years_are_those_that_a_careful_person_reads(case, mark, rows_, read, rows):
    name, format_, years = CASES[case]
    snapshot = read(table(name, format_, list(years), mark, rows_))
    assert snapshot.columns[1].type in {"date", "datetime"}
    assert [row[name].year for row in rows()[: len(years)]] == list(years)
    assert "Years of two digits are read as" in snapshot.columns[1].note


def test_missing_dates_do_not_change_the_window(read, rows):
    text = table("birth_date", "%m/%d/%y", list(range(1940, 1999)))
    lines = [f"{line.split(',')[0]},{'' if i % 7 == 3 else line.split(',')[1]}" if i else line
             for i, line in enumerate(text.splitlines())]  # fmt: skip
    read("\n".join(lines) + "\n")
    found = [row["birth_date"].year for row in rows() if row["birth_date"]]
    assert set(found) <= set(range(1940, 1999))


def test_a_batch_has_the_window_of_the_training_table(read, rows, tmp_path):
    columns = read(table("date", "%m/%d/%y", list(range(1947, 2015)))).columns
    (tmp_path / "batch").write_text("id,date\n1,1/13/30\n2,1/13/26\n")
    read_aligned(tmp_path / "batch", "b.csv", columns, tmp_path / "out")
    assert [row["date"].year for row in rows()] == [1930, 2026]


@given(st.sets(st.integers(0, 99), min_size=1), st.sampled_from(["dob", "date", "due", "x"]))
def test_births_are_never_in_the_future_and_a_window_has_a_hundred_years(years, name):
    first = first_year(years, name, 2026)
    assert 1900 <= first <= 2068
    if name == "dob":
        assert first == 1927


@given(st.integers(1928, 2026), st.integers(0, 60))
def test_years_that_follow_each_other_are_not_torn_apart(start, length):
    years = range(start, start + length + 1)
    first = first_year({y % 100 for y in years}, "date", 2026)
    full = sorted(first + (y - first) % 100 for y in years)
    assert full[-1] - full[0] <= length + 30
