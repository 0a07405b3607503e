"""The chosen threshold has the least cost of all thresholds."""

import numpy as np
import pytest

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.metrics.decision_costs import cheapest_threshold, mean_cost
from pipeweave_dagster_tests.factories import calibrated_rows


@pytest.fixture(scope="module")
def rows():
    return calibrated_rows()


@pytest.mark.parametrize(("false", "missed"), [(1, 8), (8, 1), (1, 1), (0, 1)])
def test_the_threshold_is_the_cheapest_of_all(rows, false, missed):
    y, p, _ = rows
    positive, costs = y == 1, Costs(false_positive=false, false_negative=missed)
    brute = min(mean_cost(positive, p, at, costs) for at in [*np.unique(p), 1.1])
    assert mean_cost(positive, p, cheapest_threshold(positive, p, costs), costs) == pytest.approx(
        brute
    )
