"""What is laid over a model's mean, and what keeps single members from ruining it."""

import threading
import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.metrics.all_metrics import calibration_error
from pipeweave_dagster.core.metrics.metrics import row_log_loss
from pipeweave_dagster.core.model.serving import prepare, raw_scores, remember, tempered
from pipeweave_dagster.core.training.data.fold_features import bounds
from pipeweave_dagster.core.training.ensemble.calibration import fit_temperature
from pipeweave_dagster.core.training.ensemble.duplicate_rows import fit_lookup_trust
from pipeweave_dagster.core.training.families.candidate import Candidate
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.greedy_selection import select_members
from pipeweave_dagster.core.training.search.parallel_fits import WAIT, FitTask, run_parallel
from pipeweave_dagster.core.training.search.proposals import SPACES, propose


@pytest.fixture
def classes():
    rng = np.random.default_rng(1)
    truth = rng.dirichlet([1, 1, 1], 1500)
    y = np.array([rng.choice(3, p=p) for p in truth])
    return y, truth


def test_overconfident_probabilities_are_calibrated_and_good_ones_left_alone(classes):
    y, truth = classes
    assert fit_temperature(y, truth) is None
    sure = tempered(truth, 0.4)
    found = fit_temperature(y, sure)
    assert found == pytest.approx(2.5, rel=0.15)
    better = row_log_loss(y, tempered(sure, found)).mean()
    assert better < row_log_loss(y, sure).mean() - 0.05
    assert fit_temperature(y[:100], sure[:100]) is None
    assert (tempered(sure, found).argmax(axis=1) == sure.argmax(axis=1)).all()


def test_a_few_impossible_rows_do_not_make_all_others_unsure():
    """Forests say 0 and 1 where all trees agree; one such row outweighs hundreds in log loss."""
    rng = np.random.default_rng(3)
    p = rng.beta(1, 2, 3000)
    y = (rng.random(3000) < p).astype(int)
    sure = np.where(rng.random(3000) < 0.03, np.round(p), p)
    proba = np.c_[1 - sure, sure]
    unsure = tempered(proba, 2.0)
    assert row_log_loss(y, unsure).mean() < row_log_loss(y, proba).mean()
    assert calibration_error(y == 1, unsure[:, 1]) > calibration_error(y == 1, sure)
    assert fit_temperature(y, proba) is None


def test_copies_are_remembered_where_their_targets_agree_and_only_there(classes):
    y, truth = classes
    features = pd.DataFrame({"a": np.arange(1500) // 2 * 1.0, "k": ["x"] * 1500})
    twins = np.repeat(y[::2], 2)
    said = fit_lookup_trust(features, twins, truth, 3)
    assert said is not None
    assert said >= 0.9
    assert fit_lookup_trust(features, y, truth, 3) is None, "copies with other targets"
    assert fit_lookup_trust(features.assign(a=np.arange(1500.0)), twins, truth, 3) is None, (
        "no copies"
    )


def test_a_copy_of_a_known_row_is_answered_by_what_was_seen():
    known = pd.DataFrame({"n": [1.0, 2.0, 2.0, np.nan]})
    memory = remember(known, np.array([10.0, 20.0, 30.0, 5.0]), 0, 0.9)

    class Constant:
        def transform(self, rows):
            return rows

        def predict(self, x):
            return np.full(len(x), 100.0)

    plan = [{"name": "n", "use": "numeric"}]
    member = {"pipeline": [Constant(), Constant()], "classes": [], "weight": 1.0}
    bundle = {"classes": [], "frame": plan, "members": [member], "memory": memory}
    rows = pd.DataFrame({"n": [2.0, 3.0, None, 1.0]})
    assert list(raw_scores(bundle, rows)) == pytest.approx([32.5, 100.0, 14.5, 19.0])
    assert len(prepare(rows, plan)) == 4


def test_values_stay_in_the_range_of_the_training_rows_and_a_quarter_more():
    assert bounds(np.array([10.0, 50.0])) == (0.0, 60.0)
    assert bounds(np.array([-4.0, 4.0])) == (-6.0, 6.0)


def result(name, oof, score, family="lightgbm", params=None):
    return CvResult(Candidate(name, family, params or {}), oof, scores=[score])


def test_the_ensemble_is_better_than_its_best_member_on_rows_that_chose_no_weights():
    rng = np.random.default_rng(5)
    y = rng.normal(size=1000)
    outputs = [y + rng.normal(0, spread, 1000) for spread in (0.5, 0.5, 0.5, 0.5, 9)]
    half = [result(f"m{i}", o[:500], -1.0) for i, o in enumerate(outputs)]
    weights = {r.candidate.name: w for r, w in select_members(half, y[:500], "rmse")}
    assert sum(weights.values()) == pytest.approx(1)
    assert "m4" not in weights
    mixed = sum(w * outputs[int(name[1])][500:] for name, w in weights.items())
    alone = min(np.mean((o[500:] - y[500:]) ** 2) for o in outputs)
    assert np.mean((mixed - y[500:]) ** 2) < 0.5 * alone


def test_proposals_stay_in_their_space_repeat_themselves_and_differ():
    oof = np.zeros(3)
    ranked = [result("xgboost", oof, 0.9, "xgboost", {"max_depth": 3}),
              result("lightgbm", oof, 0.8), result("dummy", oof, 0.1, "dummy")]  # fmt: skip
    found = [propose(ranked, number, seed=0) for number in range(60)]
    assert found == [propose(ranked, number, seed=0) for number in range(60)]
    assert {c.family for c in found} == {"xgboost", "lightgbm"}
    assert len({str(c.params) for c in found}) == 60
    for candidate in found:
        for name, space in SPACES[candidate.family].items():
            assert space.low <= candidate.params[name] <= space.high
            assert isinstance(candidate.params[name], bool) == space.yes_or_no
    assert propose(ranked[2:], 0, seed=0) is None
    hasty = [
        propose(ranked, number, seed=0, haste=4.0).params["learning_rate"] for number in range(60)
    ]
    assert 4 * SPACES["lightgbm"]["learning_rate"].low <= min(hasty)
    assert max(hasty) <= 0.25
    great = [propose(ranked, number, seed=0, haste=50.0) for number in range(60)]
    assert all(0.12 < candidate.params["learning_rate"] <= 0.25 for candidate in great)


def test_two_lanes_work_side_by_side_and_a_failure_ends_nothing():
    left, seen, together = list(range(6)), [], threading.Barrier(2, timeout=20)

    def call(number):
        together.wait()
        if number == 3:
            raise ValueError("bad luck")
        return number

    def take():
        if not left:
            return None
        number = left.pop(0)
        return FitTask(lambda: call(number), 20.0, lambda v, e, s: seen.append((v, type(e))))

    run_parallel(2, take)
    assert sorted(v for v, e in seen if e is type(None)) == [0, 1, 2, 4, 5]
    assert (None, ValueError) in seen


def test_a_lane_waits_while_another_may_still_bring_work():
    state = {"left": 1, "done": False}

    def finish(value, error, seconds):
        state["done"] = True

    def take():
        if state["left"]:
            state["left"] = 0
            return FitTask(lambda: time.sleep(0.1), 5.0, finish)
        return None if state["done"] else WAIT

    run_parallel(2, take)
    assert state["done"]
    with pytest.raises(ZeroDivisionError):
        run_parallel(2, lambda: 1 // 0)


@pytest.mark.timeout(60)
def test_an_interrupt_in_any_lane_ends_them_all():
    """Else the others wait for ever for work that is not coming back."""
    for lane in (0, 1):
        begun, both = [], threading.Barrier(2, timeout=20)

        def call(number, both=both, lane=lane):
            both.wait()
            if number == lane:
                raise KeyboardInterrupt

        def take(begun=begun, call=call):
            if len(begun) == 2:
                return WAIT
            begun.append(len(begun))
            number = begun[-1]
            return FitTask(lambda: call(number), 20.0, lambda *_: None)

        with pytest.raises(KeyboardInterrupt):
            run_parallel(2, take)
