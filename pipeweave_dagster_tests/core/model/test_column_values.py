"""Raw values are read alike, whatever type they come in."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.model.column_values import (
    as_moments,
    as_number,
    as_text,
    days_since_1970,
)


def test_labels_read_alike_as_integer_float_or_boolean():
    assert list(as_text(pd.Series([1, 2]))) == ["1", "2"]
    assert list(as_text(pd.Series([1.0, None]))) == ["1", None]
    assert list(as_text(pd.Series([True, False]))) == ["true", "false"]
    assert list(as_text(pd.Series([2.5, "x", None], dtype=object))) == ["2.5", "x", None]
    assert list(as_text(pd.Series([3, None], dtype="Int64"))) == ["3", None]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234 kg", 1234), ("$5", 5), ("19M", 19e6), ("19 Min", 19), ("-1.5e3", -1500), ("yes", 1),
     ("none", np.nan), ("1k", 1000), ("3 m", 3)],
)  # fmt: skip
def test_numbers_inside_text(text, number):
    np.testing.assert_equal(as_number(pd.Series([text], dtype=object))[0], number)


def test_numbers_are_finite_or_missing():
    found = as_number(pd.Series([1.0, np.inf, -np.inf, None]))
    np.testing.assert_array_equal(found, [1.0, np.nan, np.nan, np.nan])
    assert np.isnan(as_number(pd.Series([1, None], dtype="Int64"))[1])


def test_dates_times_and_texts_become_moments():
    for values in (
        pd.Series(pd.to_datetime(["2020-01-02 03:00", None])),
        pd.Series(["2020-01-02 03:00", None], dtype=object),
        pd.Series([dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC), None], dtype=object),
        pd.Series(pd.to_datetime(["2020-01-02 03:00", None]).tz_localize("UTC")),
    ):
        assert as_moments(values)[0] == pd.Timestamp("2020-01-02 03:00", tz="UTC")
        assert pd.isna(as_moments(values)[1])
    assert as_moments(pd.Series([dt.time(7, 30), None], dtype=object))[0].hour == 7
    assert as_moments(pd.Series(["7:30", "bad"], dtype=object)).dt.minute[0] == 30


@pytest.mark.parametrize("year", [2, 1511, 1969, 2021, 2300, 9999])
@pytest.mark.parametrize("unit", [None, "s", "us"])
def test_dates_of_any_year_are_days(year, unit):
    days = [dt.date(year, 3, 1), None, dt.date(2021, 1, 1)]
    values = pd.Series(days, dtype=object)
    if unit is not None:
        values = pd.Series(pd.array(days, dtype=f"datetime64[{unit}]"))
    found = days_since_1970(as_moments(values))
    first = dt.date(1970, 1, 1)
    assert found[0] == (days[0] - first).days
    assert np.isnan(found[1])
    assert found[2] == (days[2] - first).days


ODD = [
    *(None, np.nan, pd.NA, pd.NaT, "", " a ", "1,234 kg", "true", "3.0", "nan", True, np.True_),
    *(3, 3.0, -0.0, 1e300, np.inf, 2**53 + 1, np.float32(0.1), np.int8(-1)),
    *(pd.Timestamp("2024-02-03"), dt.time(3, 4), b"x"),
]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("read", [as_text, as_number])
def test_one_value_is_read_as_among_others(read, value):
    for kind in (object, None):
        many = pd.Series([value, value], dtype=kind)
        (alone,), (among, _) = read(many.iloc[:1]), read(many)
        assert type(alone) is type(among)
        assert alone == among or (pd.isna(alone) and pd.isna(among))
