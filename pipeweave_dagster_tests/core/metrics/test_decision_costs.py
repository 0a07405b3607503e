"""The chosen threshold has the least cost of all thresholds."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.metrics.decision_costs import cheapest_threshold, mean_cost


@pytest.fixture(scope="module")
def rows():
    """4,000 rows with a calibrated model of two classes, and columns that say nothing of errors."""
    rng = np.random.default_rng(3)
    p = rng.beta(1, 3, 4000)
    y = (rng.random(4000) < p).astype(int)
    features = pd.DataFrame(
        {"x": rng.normal(size=4000), "town": rng.choice(list("abcde"), 4000), "bad": "no"}
    )
    return y, p, features


@pytest.mark.parametrize(("false", "missed"), [(1, 8), (8, 1), (1, 1), (0, 1)])
def test_the_threshold_is_the_cheapest_of_all(rows, false, missed):
    y, p, _ = rows
    positive, costs = y == 1, Costs(false_positive=false, false_negative=missed)
    brute = min(mean_cost(positive, p, at, costs) for at in [*np.unique(p), 1.1])
    assert mean_cost(positive, p, cheapest_threshold(positive, p, costs), costs) == pytest.approx(
        brute
    )
