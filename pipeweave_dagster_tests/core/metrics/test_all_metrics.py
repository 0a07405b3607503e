"""Every metric equals scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as reference

from pipeweave_dagster.core.metrics.all_metrics import (
    binary_scores,
    calibration_error,
    event_scores,
    multiclass_scores,
    regression_scores,
)
from pipeweave_dagster_tests.factories import calibrated_rows

CLOSE = pytest.approx


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("digits", [1, 8])
def test_binary(rng, digits):
    y = rng.integers(0, 2, 300)
    p = np.round(np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0.01, 0.99), digits)
    found = binary_scores(y, np.c_[1 - p, p])
    said = (p > 0.5).astype(int)
    assert found["roc_auc"] == CLOSE(reference.roc_auc_score(y, p), abs=1e-12)
    assert found["average_precision"] == CLOSE(reference.average_precision_score(y, p), abs=1e-12)
    assert found["log_loss"] == CLOSE(reference.log_loss(y, p), abs=1e-12)
    assert found["brier"] == CLOSE(reference.brier_score_loss(y, p), abs=1e-12)
    assert found["balanced_accuracy"] == CLOSE(reference.balanced_accuracy_score(y, said))
    assert found["f1"] == CLOSE(reference.f1_score(y, said), abs=1e-12)
    assert found["f1_macro"] == CLOSE(reference.f1_score(y, said, average="macro"), abs=1e-12)
    weighted = reference.f1_score(y, said, average="weighted")
    assert found["f1_weighted"] == CLOSE(weighted, abs=1e-12)


def test_multiclass(rng):
    y = rng.integers(0, 4, 400)
    p = rng.dirichlet(np.ones(4), 400)
    p[np.arange(400), y] += 0.3
    p /= p.sum(axis=1, keepdims=True)
    found = multiclass_scores(y, p)
    expected = reference.roc_auc_score(y, p, multi_class="ovr", average="macro")
    assert found["roc_auc"] == CLOSE(expected, abs=1e-12)
    assert found["log_loss"] == CLOSE(reference.log_loss(y, p), abs=1e-12)
    said = p.argmax(axis=1)
    assert found["f1_macro"] == CLOSE(reference.f1_score(y, said, average="macro"), abs=1e-12)
    assert found["balanced_accuracy"] == CLOSE(reference.balanced_accuracy_score(y, said))
    for average in ("macro", "micro", "weighted"):
        wanted = reference.precision_recall_fscore_support(y, said, average=average)
        for name, value in zip(("precision", "recall", "f1"), wanted, strict=False):
            if average != "micro" or name == "f1":
                assert found[f"{name}_{average}"] == CLOSE(value, abs=1e-12)
    assert 0 < calibration_error(*event_scores(y, p)) < 1


def test_regression(rng):
    y = rng.normal(size=200)
    z = y + rng.normal(size=200)
    found = regression_scores(y, z)
    assert found["rmse"] == CLOSE(reference.root_mean_squared_error(y, z), abs=1e-12)
    assert found["mae"] == CLOSE(reference.mean_absolute_error(y, z), abs=1e-12)
    assert found["r2"] == CLOSE(reference.r2_score(y, z), abs=1e-12)


def test_weighted_scores_equal_those_of_scikit_learn(rng):
    weight = rng.exponential(size=400)
    y = rng.integers(0, 2, 400)
    p = np.round(np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0.01, 0.99), 2)
    said = (p > 0.5).astype(int)
    how = {"sample_weight": weight}
    expected = {
        "roc_auc": reference.roc_auc_score(y, p, **how),
        "average_precision": reference.average_precision_score(y, p, **how),
        "log_loss": reference.log_loss(y, p, **how),
        "brier": reference.brier_score_loss(y, p, **how),
        "accuracy": reference.accuracy_score(y, said, **how),
        "balanced_accuracy": reference.balanced_accuracy_score(y, said, **how),
        "f1": reference.f1_score(y, said, **how),
        "f1_macro": reference.f1_score(y, said, average="macro", **how),
        "f1_weighted": reference.f1_score(y, said, average="weighted", **how),
        "precision": reference.precision_score(y, said, **how),
        "recall": reference.recall_score(y, said, **how),
    }
    found = binary_scores(y, np.c_[1 - p, p], weight)
    assert {name: found[name] for name in expected} == CLOSE(expected, abs=1e-12)
    codes, proba = rng.integers(0, 4, 400), rng.dirichlet(np.ones(4), 400)
    told = proba.argmax(axis=1)
    found = multiclass_scores(codes, proba, weight)
    for average in ("macro", "weighted"):
        wanted = reference.precision_recall_fscore_support(codes, told, average=average, **how)
        for name, value in zip(("precision", "recall", "f1"), wanted, strict=False):
            assert found[f"{name}_{average}"] == CLOSE(value, abs=1e-12)
    assert found["accuracy"] == CLOSE(reference.accuracy_score(codes, told, **how), abs=1e-12)
    values, output = rng.normal(size=400), rng.normal(size=400)
    found = regression_scores(values, output, weight)
    assert found["rmse"] == CLOSE(reference.root_mean_squared_error(values, output, **how))
    assert found["mae"] == CLOSE(reference.mean_absolute_error(values, output, **how))
    assert found["r2"] == CLOSE(reference.r2_score(values, output, **how))


def test_a_row_that_counts_twice_is_as_two_rows(rng):
    weight = rng.integers(1, 4, 200)
    y = rng.integers(0, 3, 200)
    proba = rng.dirichlet(np.ones(3), 200)
    rows = np.repeat(np.arange(200), weight)
    found, wanted = (
        multiclass_scores(y, proba, weight * 1.0),
        multiclass_scores(y[rows], proba[rows]),
    )
    assert found == CLOSE(wanted)
    values, output = rng.normal(size=200), rng.normal(size=200)
    assert regression_scores(values, output, weight * 1.0) == CLOSE(
        regression_scores(values[rows], output[rows]), rel=1e-9
    )


@pytest.fixture(scope="module")
def rows():
    return calibrated_rows()


def test_calibration_error(rows):
    y, p, _ = rows
    assert calibration_error(y == 1, p) < 0.03
    assert calibration_error(y == 1, p**3) > 0.1
    sure = np.where(p > 0.5, 0.99, 0.01)  # two values only, both far from the truth
    told = [np.abs(s - y[sure == s].mean()) for s in (0.01, 0.99)]
    expected = np.average(told, weights=[(sure == s).sum() for s in (0.01, 0.99)])
    assert calibration_error(y == 1, sure) == pytest.approx(expected)
