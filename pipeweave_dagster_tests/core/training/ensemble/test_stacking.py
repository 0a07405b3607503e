"""A stack: a regression of the members' predictions beside their weighted mean."""

import time

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.explain.importance import with_fewer_members
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import block_scores, raw_scores
from pipeweave_dagster.core.model.stacked_outputs import stacked
from pipeweave_dagster.core.training import replay
from pipeweave_dagster.core.training.ensemble.calibration import fit_temperature
from pipeweave_dagster.core.training.ensemble.stacking import fit_stack
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.ensemble_policy import (
    DEFAULT_ENSEMBLE_POLICY,
    within,
)
from pipeweave_dagster_tests.factories import run_without_pipeweave, train_small_model

pytestmark = pytest.mark.slow


def timid(rows, classes, seed=0):
    """Two members that know the log-odds but predict a third of them, each with its own noise."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(size=(rows, classes)) * 3
    chances = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    y = np.array([rng.choice(classes, p=chance) for chance in chances], dtype=float)
    members = []
    for name in ("a", "b"):
        output = np.exp(margins / 3 + rng.normal(size=margins.shape) * 0.3)
        oof = output / output.sum(axis=1, keepdims=True)
        members.append((CvResult(Candidate(name, "linear"), oof), 0.5))
    return members, y


@pytest.mark.parametrize("classes", [2, 5])
def test_it_sharpens_members_that_are_too_timid(classes):
    members, y = timid(1500, classes)
    mean = sum(weight * result.oof for result, weight in members)
    stack, both = fit_stack(members, y, classes)
    assert stack.candidates == ["a", "b"]
    assert np.shape(stack.coef) == ((1, 2) if classes == 2 else (classes, 2 * classes))
    np.testing.assert_allclose(both.sum(axis=1), 1.0)
    assert score("log_loss", y, both) < score("log_loss", y, mean)


def test_many_classes_take_a_share_of_the_budget_at_most():
    members, y = timid(6000, 26)
    for budget_s, limit_s in ((10, 1.5), (60, 6)):
        began = time.process_time()
        stack, _ = fit_stack(members, y, 26, policy=within(DEFAULT_ENSEMBLE_POLICY, budget_s))
        assert time.process_time() - began < limit_s
        assert (stack is not None) == (budget_s == 60)
    binary = within(DEFAULT_ENSEMBLE_POLICY, 10)
    assert fit_stack(*timid(1500, 2), 2, policy=binary)[0] is not None


def test_a_linear_stack_has_no_negative_weight_and_keeps_the_unit():
    rng = np.random.default_rng(1)
    truth = rng.normal(5_000, 400, 900)
    members = [
        (CvResult(Candidate("good", "linear"), truth * 0.8 + 200 + rng.normal(0, 50, 900)), 0.6),
        (CvResult(Candidate("noise", "linear"), rng.normal(5_000, 400, 900)), 0.4),
    ]
    stack, both = fit_stack(members, truth, 0)
    assert min(stack.coef[0]) >= 0
    mean = sum(weight * result.oof for result, weight in members)
    assert np.mean((both - truth) ** 2) < np.mean((mean - truth) ** 2)


def test_its_own_predictions_are_cross_fitted():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=300)
    y = (rng.random(300) < 0.5).astype(float)
    proba = 1 / (1 + np.exp(-noise))
    members = [
        (CvResult(Candidate(n, "linear"), np.stack([1 - proba, proba], 1)), 0.5) for n in "ab"
    ]
    stack, both = fit_stack(members, y, 2)
    answers = [result.oof for result, _ in members]
    plain = {"coef": np.array(stack.coef), "intercept": np.array(stack.intercept)}
    in_sample = 0.5 * members[0][0].oof + 0.5 * stacked(answers, plain, 2)
    assert score("log_loss", y, both) > score("log_loss", y, in_sample)


def test_groups_are_whole_in_its_folds_and_in_those_of_the_calibration():
    members, y = timid(1500, 2)
    groups = np.repeat(np.arange(30), 50)
    # In half of the groups the target is the opposite of what the members predict.
    turned = np.where(groups % 2, 1 - y, y)
    alone = fit_stack(members, turned, 2)[1]
    whole = fit_stack(members, turned, 2, groups=groups)[1]
    assert not np.array_equal(alone, whole)
    # All rows of a group get the output of one regression, so equal rows get equal outputs.
    same = [(CvResult(r.candidate, np.tile(r.oof[:50], (30, 1))), w) for r, w in members]
    output = fit_stack(same, turned, 2, groups=groups)[1].reshape(30, 50, 2)
    assert len(np.unique(output[:, 0, 0])) <= 3
    assert fit_stack(members, (groups > 14) * 1.0, 2, groups=(groups > 14) * 1)[0] is None
    proba = members[0][0].oof
    assert fit_temperature(y, proba, groups=groups) == pytest.approx(fit_temperature(y, proba))
    assert fit_temperature(y, proba, groups=np.zeros(1500, dtype=int)) is None


@pytest.mark.parametrize(
    ("rows", "classes", "rare"),
    [(200, 2, 50), (900, 2, 4), (900, 4, 3)],
    ids=["few", "rare", "two"],
)
def test_it_is_left_out_where_rows_or_classes_are_too_few(rows, classes, rare):
    members, _ = timid(rows, classes)
    y = np.zeros(rows)
    y[:rare] = 1
    if classes == 4:
        y[100:] = 2
    stack, both = fit_stack(members, y, classes)
    assert stack is None
    np.testing.assert_array_equal(both, sum(w * r.oof for r, w in members))


def test_it_is_left_out_where_its_inputs_are_too_many():
    members, y = timid(900, 60)
    assert fit_stack(members, y, 60)[0] is None


def test_rows_that_no_fold_held_out_stay_unknown_and_one_member_has_no_stack():
    members, y = timid(800, 2)
    for result, _ in members:
        result.oof[:100] = np.nan
    stack, both = fit_stack(members, y, 2)
    assert stack is not None
    assert np.isnan(both[:100]).all()
    assert np.isfinite(both[100:]).all()
    assert fit_stack(members[:1], y, 2)[0] is None


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def model(request, tmp_path_factory):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(900, 3))
    value = x[:, 0] * x[:, 1] + x[:, 2] + rng.normal(size=900)
    frame = pd.DataFrame(x, columns=["a", "b", "c"])
    cuts = {"binary": [0.5], "multiclass": [0.3, 0.7], "regression": []}[request.param]
    levels = np.searchsorted(np.quantile(value, cuts), value) if cuts else value
    frame["y"] = [f"c{k}" for k in levels] if cuts else levels
    folder = tmp_path_factory.mktemp("stacked")
    families = ["linear", "lightgbm", "extra_trees"]
    return frame, folder, train_small_model(
        frame, "y", request.param, folder, families=families, budget_s=900
    )  # fmt: skip


def test_a_model_with_a_stack_is_replayed_and_exported(model, tmp_path):
    frame, folder, (spec, found, out) = model
    assert found.stack is not None
    assert any("(stacking)" in note for note in found.notes)
    replay(spec=spec, trained=found, data=folder / "data.parquet", out=tmp_path)
    before, after = (raw_scores(load_bundle(p / "model.skops"), frame) for p in (out, tmp_path))
    np.testing.assert_array_equal(before, after)
    export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path / "model")
    data = folder / "data.parquet"
    run_without_pipeweave(tmp_path / "model", "train.py", data, "again.skops")
    alone = raw_scores(load_bundle(tmp_path / "model" / "again.skops"), frame)
    np.testing.assert_allclose(alone, before, rtol=0, atol=1e-9)


def test_a_candidate_that_was_not_refitted_is_replaced_by_the_mean(model):
    frame, _, (_, _, out) = model
    bundle = load_bundle(out / "model.skops")
    gone = bundle["members"][-1]["candidate"]
    kept = [member for member in bundle["members"] if member["candidate"] != gone]
    less = {**bundle, "members": kept}
    found = block_scores(less, frame)
    assert np.isfinite(found).all()
    if bundle["classes"]:
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert np.corrcoef(found.ravel(), block_scores(bundle, frame).ravel())[0, 1] > 0.9


def test_some_members_of_a_model_with_a_stack_can_predict(model):
    """Importances use every second or third member of a model of many."""
    frame, _, (_, _, out) = model
    bundle = load_bundle(out / "model.skops")
    # How many seeds there was time for differs; here each member is in the model twice.
    bundle["members"] = [member for member in bundle["members"] for _ in range(2)]
    less = with_fewer_members(bundle, 2)
    assert len(less["members"]) < len(bundle["members"])
    found = raw_scores(less, frame)
    assert np.isfinite(found).all()
    assert np.corrcoef(found.ravel(), raw_scores(bundle, frame).ravel())[0, 1] > 0.8
