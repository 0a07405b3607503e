"""Rows are divided into calendar periods, or into slices of equal size."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.evaluation.audit.time_slices import time_slices


@pytest.mark.parametrize(
    ("values", "count", "first"),
    [
        (pd.date_range("2013-01-01", "2013-12-31", periods=400), 12, "2013-01"),
        (pd.date_range("2020-03-01", "2020-03-07", periods=400), 7, "2020-03-01"),
        (pd.date_range("2000-01-01", "2020-01-01", periods=400), 13, "from 2000-01-01 00:00:00"),
        (np.arange(400.0), 13, "from 0"),
        (np.r_[np.repeat(np.arange(1.0, 13), 10), np.full(300, 6.0)], 12, "1"),
        (["", *pd.date_range("2001-02-01", "2004-12-01", periods=60).astype(str)], 4, "2001"),
    ],
)
def test_periods_are_calendar_ones_where_there_are_four_to_thirteen(values, count, first):
    values = pd.Series(values).replace("", None)
    found = time_slices(values)
    assert (len(found.names), found.names[0]) == (count, first)
    assert found.period.max() == count - 1
    assert (found.period < 0).sum() == values.isna().sum()
