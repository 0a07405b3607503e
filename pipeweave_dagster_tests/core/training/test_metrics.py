"""Every metric equals scikit-learn's, and intervals hold the point they belong to."""

import numpy as np
import pytest
from sklearn import metrics as reference

from pipeweave_dagster.core.metrics.all_metrics import (
    binary_scores,
    interval_of,
    multiclass_scores,
    regression_scores,
    with_intervals,
)
from pipeweave_dagster.core.metrics.metrics import auc, score
from pipeweave_dagster.core.metrics.per_class import class_scores

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
    assert 0 < found["calibration_error"] < 1


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


def test_regression(rng):
    y = rng.normal(size=200)
    z = y + rng.normal(size=200)
    found = regression_scores(y, z)
    assert found["rmse"] == CLOSE(reference.root_mean_squared_error(y, z), abs=1e-12)
    assert found["mae"] == CLOSE(reference.mean_absolute_error(y, z), abs=1e-12)
    assert found["r2"] == CLOSE(reference.r2_score(y, z), abs=1e-12)


def test_what_is_not_defined_is_none():
    one = np.zeros(20, dtype=int)
    assert auc(one == 1, np.linspace(0, 1, 20)) is None
    assert binary_scores(one, np.full((20, 2), 0.5))["recall"] is None
    assert score("r2", np.ones(20), np.ones(20)) is None
    assert score("rmse", np.array([]), np.array([])) is None


def test_intervals_cover_the_truth_as_often_as_they_say(rng):
    hits = 0
    for seed in range(60):
        y = np.random.default_rng(seed).normal(size=150)
        found = with_intervals(y, np.zeros(150), 0, seed=seed)["mae"]
        assert found.low <= found.value <= found.high
        hits += found.low <= np.sqrt(2 / np.pi) <= found.high
    assert 51 <= hits <= 60


def test_few_rows_get_no_interval():
    found = with_intervals(np.arange(5.0), np.zeros(5), 0)
    assert found["rmse"].low is None


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
    del found["calibration_error"], wanted["calibration_error"]  # its bins are of as many rows
    assert found == CLOSE(wanted)
    values, output = rng.normal(size=200), rng.normal(size=200)
    assert regression_scores(values, output, weight * 1.0) == CLOSE(
        regression_scores(values[rows], output[rows]), rel=1e-9
    )


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
