"""Scores of each class equal scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as reference

from pipeweave_dagster.core.metrics.per_class import class_scores

CLOSE = pytest.approx


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("classes", [2, 5])
def test_each_class_against_the_others(rng, classes):
    """The last class is never told, and the one before does not occur: scikit-learn says 0."""
    y = rng.integers(0, classes, 300)
    said = np.where(rng.random(300) < 0.6, y, rng.integers(0, classes, 300))
    said[said == classes - 1] = 0
    y[y == classes - 2] = classes - 1
    found = class_scores(y, said, [f"c{k}" for k in range(classes)])
    labels = list(range(classes))
    wanted = reference.precision_recall_fscore_support(y, said, labels=labels, zero_division=0)
    for k, one in enumerate(found):
        expected = [values[k] for values in wanted]
        got = [one.precision.value or 0, one.recall.value or 0, one.f1.value, one.rows]
        assert got == CLOSE(expected, abs=1e-12)
        assert one.f1.low <= one.f1.value <= one.f1.high
    assert (found[-1].precision.value, found[-2].recall.value) == (None, None)
