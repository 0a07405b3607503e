"""Parts of a year are read as their first day, wherever the year stands."""

import datetime as dt

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.types.periods import PERIODS

QUARTERS, HALVES, SHORT = PERIODS[-5:-2]


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as connection:
        yield connection


def value_of(db, parser, text):
    value = f"CASE WHEN {parser.match_sql('v')} THEN {parser.cast_sql('v')} END"
    return db.execute(f"SELECT {value} FROM (SELECT ? AS v)", [text]).fetchone()[0]


@settings(deadline=None)
@given(
    st.integers(1500, 2199),
    st.sampled_from([(QUARTERS, "QqTt", 4), (HALVES, "HhSs", 2)]),
    st.sampled_from(["", " ", "/", "-", "."]),
    st.data(),
)
def test_a_part_of_a_year_is_its_first_day(db, year, kind, gap, data):
    parser, letters, parts = kind
    letter = data.draw(st.sampled_from(letters))
    part = data.draw(st.integers(1, parts))
    tag = data.draw(st.sampled_from([f"{letter}{part}", f"{part}{letter}"]))
    text = data.draw(st.sampled_from([f"{year}{gap}{tag}", f"{tag}{gap}{year}"]))
    assert parser.matches(text)
    assert value_of(db, parser, text) == dt.date(year, (part - 1) * 12 // parts + 1, 1)


def test_other_texts_are_no_quarters_and_no_error(db):
    for text in ("", "Q", "Q52010", "2010Q0", "x2010Q1", "4201Q", "Q1 210"):
        assert value_of(db, QUARTERS, text) is None
        db.execute(f"SELECT {QUARTERS.cast_sql('v')} FROM (SELECT ? AS v)", [text])


@pytest.mark.parametrize("count", [4, 400])
def test_quarters_glued_to_the_year_are_dates(read, rows, count):
    lines = [f"s,Q{i % 4 + 1}{2010 + i // 4 % 20},{i}" for i in range(count)]
    read("\n".join(["state,quarter,rate", *lines]))
    expected = [dt.date(2010 + i // 4 % 20, i % 4 * 3 + 1, 1) for i in range(count)]
    assert [row["quarter"] for row in rows()] == expected


@given(
    st.integers(0, 99),
    st.integers(1, 4),
    st.sampled_from(["Q{q}/{y:02}", "q{q}-{y:02}", "Q{q} '{y:02}", "{q}Q{y:02}", "{q}q '{y:02}"]),
)
@settings(deadline=None)
def test_a_quarter_of_a_year_of_two_digits(db, year, quarter, form):
    text = form.format(q=quarter, y=year)
    assert SHORT.matches(text)
    assert value_of(db, SHORT, text) == dt.date(2000 + year, 3 * quarter - 2, 1)


@pytest.mark.parametrize("text", ["Q121", "Q1 21", "Q5/21", "T1/21", "Q1/2", "Q1/211", "1H20"])
def test_codes_are_no_quarters(text):
    assert not SHORT.matches(text)
