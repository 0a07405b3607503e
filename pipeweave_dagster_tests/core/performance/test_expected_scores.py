"""The performance that is expected of a batch without labels."""

import numpy as np
import pytest

from pipeweave_dagster.core.metrics.all_metrics import binary_scores, regression_scores
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.performance.expected_scores import expected_scores

pytestmark = pytest.mark.slow  # the file with all its variants

RNG = np.random.default_rng(3)


def classified(rows, centre=0.0, sharper=1.0):
    """Labels, and probabilities that are calibrated if `sharper` is 1."""
    logit = RNG.normal(centre, 1.5, rows)
    y = (RNG.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)
    chance = 1 / (1 + np.exp(-sharper * logit))
    return y, np.column_stack([1 - chance, chance])


def model_tested(sharper=1.0):
    y, output = classified(3_000, sharper=sharper)
    return ScoredTest(["a", "b"], y, output, output, None)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "accuracy"])
def test_the_interval_has_the_score_of_a_batch_with_other_rows(metric):
    y, output = classified(4_000, centre=1.2)
    found = expected_scores(output, model_tested(), metric)[metric]
    actual = binary_scores(y, output)[metric]
    assert found.low - 0.01 < actual < found.high + 0.01


def test_an_estimate_that_fails_on_the_test_rows_is_corrected():
    """Probabilities that are too sure promise a log loss that they do not have."""
    y, output = classified(4_000, sharper=3.0)
    found = expected_scores(output, model_tested(sharper=3.0), "log_loss")["log_loss"]
    actual = binary_scores(y, output)["log_loss"]
    assert found.value == pytest.approx(actual, rel=0.15)
    assert expected_scores(output, model_tested(), "log_loss")["log_loss"].value < 0.6 * actual


@pytest.mark.parametrize("metric", ["log_loss", "accuracy", "roc_auc"])
def test_a_corrected_estimate_of_an_easy_batch_is_not_perfect(metric):
    """A model that is too timid does better on its test rows than it expects."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    timid = np.where(y == 1, 0.75, 0.25) + rng.normal(0, 0.12, 300)
    timid = np.clip(timid, 0.01, 0.99)
    output = np.column_stack([1 - timid, timid])
    test = ScoredTest(["a", "b"], y, output, output, None)
    easy = np.clip(rng.choice([0.04, 0.96], 500) + rng.normal(0, 0.005, 500), 0, 1)
    found = expected_scores(np.column_stack([1 - easy, easy]), test, metric)[metric]
    assert 0 < found.low < found.value < found.high
    assert metric == "log_loss" or found.high < 1


def test_errors_of_values_are_those_of_test_rows_with_such_predictions():
    """The error grows with the prediction, and the batch has larger predictions."""
    x, later = RNG.uniform(0, 10, 4_000), RNG.uniform(7, 10, 2_000)
    y, actual = (v + RNG.normal(size=len(v)) * v for v in (x, later))
    test = ScoredTest([], y, x, x, None)
    found = expected_scores(later, test, "rmse")["rmse"]
    assert found.value == pytest.approx(regression_scores(actual, later)["rmse"], rel=0.05)
    assert found.value > 1.3 * regression_scores(y, x)["rmse"]


def test_nothing_is_expected_of_no_rows():
    assert expected_scores(np.empty((0, 2)), model_tested(), "roc_auc") == {}
