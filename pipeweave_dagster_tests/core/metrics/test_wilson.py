"""Wilson's interval equals that of scipy, and a rate of no rows is unknown."""

import numpy as np
import pytest
from scipy.stats import binomtest

from pipeweave_dagster.core.metrics.wilson import rate, wilson_interval


@pytest.mark.parametrize(("hits", "rows"), [(0, 5), (3, 10), (10, 10), (400, 1000)])
def test_the_interval_equals_scipys(hits, rows):
    expected = binomtest(hits, rows).proportion_ci(0.95, method="wilson")
    assert wilson_interval(hits / rows, rows) == pytest.approx(tuple(expected), abs=1e-7)


def test_the_interval_of_none_or_all_ends_exactly():
    for rows in range(1, 400):
        assert wilson_interval(0.0, rows, z=1.96)[0] == 0.0
        assert wilson_interval(1.0, rows, z=1.96)[1] == 1.0


def test_a_rate_counts_its_rows():
    found = rate(np.array([True, False, False, True]))
    assert (found.value, found.rows) == (0.5, 4)
    assert found.low < 0.5 < found.high
    assert rate(np.array([], dtype=bool)).value is None
