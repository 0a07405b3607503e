"""Intervals hold the score also where few rows are misclassified."""

import numpy as np
import pytest

from pipeweave_dagster.core.metrics.bootstrap import interval_of, with_intervals
from pipeweave_dagster.core.metrics.metrics import score

pytestmark = pytest.mark.slow  # the file with all its variants


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_a_perfect_score_on_few_rows_is_not_certain():
    y = np.repeat([0, 1], 25)
    proba = np.c_[1 - y, y] * 0.9 + 0.05
    found = with_intervals(y, proba, 2)
    for name in ("accuracy", "recall", "precision", "balanced_accuracy", "roc_auc"):
        assert found[name].high == 1.0
        assert 0.8 < found[name].low < 0.99
    assert interval_of("roc_auc", y, proba) == found["roc_auc"]
    heavy = np.where(np.arange(50) % 25 == 0, 20.0, 1.0)
    assert with_intervals(y, proba, 2, weight=heavy)["accuracy"].low < found["accuracy"].low
    several = with_intervals(y, np.c_[proba, np.zeros(50)], 3)
    assert several["accuracy"].low == pytest.approx(found["accuracy"].low)


@pytest.mark.parametrize(("rare", "apart"), [(0.5, 4.0), (0.1, 1.5)])
def test_intervals_of_few_rows_hold_the_score(rare, apart):
    rng = np.random.default_rng(0)
    held, worse = [], []
    y = (rng.random(100_000) < rare).astype(int)
    scores = rng.normal(size=len(y)) + apart * y
    proba = np.c_[1 - (p := 1 / (1 + np.exp(apart / 2 - scores))), p]
    truth = score("roc_auc", y, proba)
    for _ in range(60):
        rows = rng.integers(0, len(y), 50)
        found = interval_of("roc_auc", y[rows], proba[rows], draws=100)
        held.append(found.low <= truth <= found.high)
        worse.append(found.low > 0.5)
    assert np.mean(held) > 0.9
    assert np.mean(worse) > 0.5
