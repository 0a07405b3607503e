"""A model is told from chance, also where one row outweighs all others."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.metrics.signal import OnTest, confirm_on_test, verdict
from pipeweave_dagster.core.training.ensemble.build import Ensemble, verdict_on_test_rows

ROWS = 600


def constant(y, metric="rmse"):
    return np.full(len(y), np.median(y) if metric == "mae" else y.mean())


@pytest.mark.parametrize("metric", ["rmse", "mae", "r2"])
def test_one_far_outlier_does_not_hide_a_relation(metric):
    rng = np.random.default_rng(3)
    y = rng.normal(80, 3, ROWS)
    output = y + rng.normal(0, 0.3, ROWS)
    y[17] = -400.0
    output[17] = -100.0
    assert verdict(metric, y, output, constant(y, metric))[0] == "model"


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_chance_stays_chance_for_long_tails(metric):
    """Outputs near the median beat the mean on most rows of a long tail, and know nothing."""
    rng = np.random.default_rng(4)
    told = []
    for _ in range(300):
        y = rng.lognormal(0, 2, ROWS)
        output = np.median(y) + rng.normal(0, 0.2, ROWS)
        told.append(verdict(metric, y, output, constant(y, metric))[0] == "model")
    assert np.mean(told) <= 0.01


def test_an_order_without_any_gain_is_no_model():
    rng = np.random.default_rng(5)
    y = rng.normal(0, 1, ROWS)
    assert verdict("rmse", y, 10 * y + 20, constant(y))[0] == "no signal"


def test_what_was_chosen_among_many_needs_the_test_rows_too():
    """The best of 25 useless candidates passes on the rows that chose it, and not on others."""
    rng = np.random.default_rng(6)
    told = {"chosen": 0, "confirmed": 0}
    for _ in range(100):
        y, tested = (rng.integers(0, 2, n).astype(float) for n in (800, 200))
        p = rng.uniform(0.2, 0.8, (25, 1000))
        outputs = [np.c_[1 - q, q] for q in p]
        best = max(outputs, key=lambda q: verdict("roc_auc", y, q[:800], q[:800])[1])
        found, z = verdict("roc_auc", y, best[:800], best[:800])
        told["chosen"] += found == "model"
        joint = confirm_on_test("roc_auc", z, 800, OnTest(tested, best[800:], best[800:]))
        told["confirmed"] += joint[0] == "model"
    assert told["chosen"] >= 4
    assert told["confirmed"] <= 1


@pytest.mark.parametrize("rows", [100, 1000])
def test_a_relation_is_confirmed_by_its_test_rows(rows):
    rng = np.random.default_rng(7)
    y = rng.integers(0, 2, rows).astype(float)
    p = np.clip(rng.normal(0.35 + 0.3 * y, 0.2), 0.01, 0.99)
    output, seen = np.c_[1 - p, p], int(0.8 * rows)
    z = verdict("log_loss", y[:seen], output[:seen], np.full((seen, 2), 0.5))[1]
    rest = np.full((rows - seen, 2), 0.5)
    assert confirm_on_test("log_loss", z, seen, OnTest(y[seen:], output[seen:], rest))[0] == "model"


@pytest.mark.parametrize(("spread", "judged"), [(0.05, "model"), (5.0, "no signal")])
def test_test_rows_tell_what_few_held_out_rows_could_not(spread, judged):
    """There was time to hold out 12 rows, which told nothing; 100 test rows speak for themselves.

    Args:
        spread: Of the model's errors, beside values that spread by 1.
        judged: What is said of it.
    """
    rng = np.random.default_rng(8)
    y = rng.normal(0, 1, 400)
    answers = np.full(300, np.nan)
    answers[:12] = 0.0
    training_set = SimpleNamespace(
        split=SimpleNamespace(test=np.arange(300, 400)),
        problem=SimpleNamespace(y=y[:300], weight=None),
        table=SimpleNamespace(classes=[], y=y, weight=None, offset=0.0),
        spec=SimpleNamespace(metric="rmse"),
    )
    ensemble = Ensemble([], None, answers, "no signal", 0.5, can_refit=True)
    scores = pd.DataFrame({"prediction": y[300:] + rng.normal(0, spread, 100)})
    assert verdict_on_test_rows(training_set, ensemble, scores)[0] == judged


def test_test_rows_alone_do_not_turn_chance_into_a_model():
    rng = np.random.default_rng(9)
    told = []
    for _ in range(500):
        y = rng.integers(0, 2, 400).astype(float)
        p = rng.uniform(0.2, 0.8, 400)
        output = np.c_[1 - p, p]
        z = verdict("roc_auc", y[:320], output[:320], output[:320])[1]
        told.append(
            confirm_on_test("roc_auc", z, 320, OnTest(y[320:], output[320:], output[320:]))[0]
        )
    assert "model" not in told


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_a_relation_among_rows_that_hardly_count_is_none(metric):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1000)
    told = rng.random(1000) < 0.3
    p = np.where(told, 0.2 + 0.6 * y, rng.uniform(0.4, 0.6, 1000))
    output, constant = np.c_[1 - p, p], np.full((1000, 2), 0.5)
    assert verdict(metric, y, output, constant, np.ones(1000))[0] == "model"
    assert verdict(metric, y, output, constant)[1] == pytest.approx(
        verdict(metric, y, output, constant, np.ones(1000))[1], rel=0.01
    )
    hardly = np.where(told, 0.001, 1.0)
    assert verdict(metric, y, output, constant, hardly)[0] == "no signal"


def test_a_dozen_rows_of_a_rare_class_can_show_a_relation():
    rng = np.random.default_rng(0)
    y = np.zeros(4000)
    y[:12] = 1
    p = np.where(y == 1, rng.uniform(0.002, 0.2, 4000), 0.001)
    p = np.where(rng.random(4000) < 0.01, 0.02, p)
    output, constant = np.c_[1 - p, p], np.tile([0.997, 0.003], (4000, 1))
    gain = -np.log(constant[:12, 1]).mean() + np.log(p[:12]).mean()
    assert gain > 0
    found, z = verdict("log_loss", y, output, constant)
    assert (found, z > 5) == ("model", True)
    mixed = rng.permutation(y)
    assert verdict("log_loss", mixed, output, constant)[0] == "no signal"
