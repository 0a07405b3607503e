"""Numbers are read exactly or not at all."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER, LONG_NUMBER, NUMBER


@given(st.one_of(st.integers(), st.integers(2**63 - 10**4, 2**63 + 10**4)))
def test_an_integer_is_a_whole_number_that_int64_holds(number):
    assert INTEGER.matches(str(number)) == (-(2**63) <= number < 2**63)


@pytest.mark.parametrize("text", ["9223372036854775807", "-9223372036854775808", "+0", "10"])
def test_the_bounds_of_an_integer_are_read_exactly(text):
    with duckdb.connect() as db:
        sql = f"SELECT {INTEGER.match_sql(repr(text))}, {INTEGER.cast_sql(repr(text))}"
        assert db.execute(sql).fetchone() == (True, int(text))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9007199254740993", None),  # the nearest float is …992
        ("9007199254740992", 2.0**53),
        ("12345678901234567000", 12345678901234567000.0),  # as JavaScript writes a float
        ("18446744073709551615", None),
        ("18446744073709551615.00", None),
        ("9512345678901234.0", 9512345678901234.0),
        ("1234567890123456.7", 1234567890123456.7),
        ("0.33333333333333333333", 1 / 3),
        ("1e300", 1e300),
        ("1" + "0" * 40, 1e40),
        ("123456789" * 6, None),
    ],
)
def test_a_long_whole_number_is_a_float_only_if_no_digit_changes(text, number):
    with duckdb.connect() as db:
        selected = f"{LONG_NUMBER.match_sql('v')}, {LONG_NUMBER.cast_sql('v')}"
        matches, found = db.execute(f"SELECT {selected} FROM (SELECT '{text}' AS v)").fetchone()
    if NUMBER.matches(text):
        assert float(text) == number
    else:
        assert (matches, found) == (number is not None, number)


@pytest.mark.parametrize("text", ["1e400", "-1e999", "1,5e400"])
def test_an_infinite_float_is_no_number(text, read, rows):
    read("x;y\n" + f"{text};a\n2{'' if ',' not in text else ',5'};b\n" * 20)
    assert rows()[0]["x"] == text
