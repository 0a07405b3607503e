"""Metrics that are not defined are None."""

import numpy as np

from pipeweave_dagster.core.metrics.all_metrics import (
    binary_scores,
)
from pipeweave_dagster.core.metrics.metrics import auc, score


def test_what_is_not_defined_is_none():
    one = np.zeros(20, dtype=int)
    assert auc(one == 1, np.linspace(0, 1, 20)) is None
    assert binary_scores(one, np.full((20, 2), 0.5))["recall"] is None
    assert score("r2", np.ones(20), np.ones(20)) is None
    assert score("rmse", np.array([]), np.array([])) is None
