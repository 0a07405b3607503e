"""Two models are compared on the rows that both were tested on."""

import numpy as np
import pytest

from pipeweave_dagster.core.evaluation import compare
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster_tests.factories import (
    calibrated_rows,
    evaluated_cost_model,
    train_small_model,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows():
    return calibrated_rows()


def test_models_that_differ_by_chance_alone_are_not_distinguishable(rows):
    y, p, _ = rows
    rng = np.random.default_rng(0)
    proba = np.c_[1 - p, p]
    same = 0
    for _ in range(12):
        noisy = [np.clip(p + rng.normal(0, 0.02, len(p)), 0.001, 0.999) for _ in range(2)]
        a, b = (np.c_[1 - q, q] for q in noisy)
        same += paired("log_loss", y, a, b, "b").verdict == "not distinguishable"
    assert same >= 10
    worse = np.c_[1 - p**3, p**3]
    assert paired("log_loss", y, proba, worse, "b").verdict == "better"
    assert paired("roc_auc", y, np.full((4000, 2), 0.5), proba, "b").verdict == "worse"
    assert paired("roc_auc", y[:20], proba[:20], proba[:20], "b").verdict == "not compared"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return evaluated_cost_model(tmp_path_factory.mktemp("assessed"))


def test_a_model_is_compared_with_another_on_the_rows_that_both_have(model, tmp_path):
    frame, (_, found, out), _ = model
    (tmp_path / "weak").mkdir()
    poor = frame.assign(x=0.0 * frame["x"] + np.arange(700) % 3)
    _, weak, weak_out = train_small_model(
        poor, "y", "binary", tmp_path / "weak", families=["linear"], positive="yes"
    )
    rows = "test_rows.parquet"
    same = compare(found, out / rows, found, out / rows, "itself")
    assert (same.rows, same.difference, same.verdict) == (
        found.rows_test,
        0.0,
        "not distinguishable",
    )
    other = compare(found, out / rows, weak, weak_out / rows, "weak")
    assert other.verdict in ("not compared", "better")
