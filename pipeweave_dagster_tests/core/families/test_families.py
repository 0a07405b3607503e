"""Every model family: fits each task, stops at its deadline, and is stored without pickle."""

import re
import time
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from skops.io import get_untrusted_types

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.explain.reasons import with_reasons
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.families import FAMILIES, base, family_of
from pipeweave_dagster.core.families.candidate import (
    CURVES,
    LOG,
    Candidate,
    fit_candidate,
    is_skewed,
)
from pipeweave_dagster.core.model.bundle_file import estimators, load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.catboost_model import unpacked_booster
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.trusted_types import ESTIMATORS, FEATURE_TYPES, MODEL_TYPES
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.training.artifacts.model_files import write_bundle
from pipeweave_dagster.core.training.data.fold_features import FoldCache, Problem, model_output
from pipeweave_dagster.core.training.ensemble.bundle import bundle_of, member
from pipeweave_dagster_tests.factories import make_pipeline, train_small_model

pytestmark = pytest.mark.slow

CLASSES = {"binary": 2, "multiclass": 3, "regression": 0}
LEARNERS = [name for name in FAMILIES if name != "dummy"]


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(4)
    rows = 400
    frame = pd.DataFrame({"x": rng.normal(size=rows), "z": rng.normal(size=rows)})
    frame.loc[::11, "x"] = np.nan
    frame["few"] = rng.choice(["a", "b", None], rows)
    frame["many"] = rng.choice([f"m{i}" for i in range(60)], rows)
    frame["when"] = pd.date_range("2021-01-01", periods=rows, freq="7h")
    frame["note"] = [f"{rng.choice(['good', 'bad'])} item {i}" for i in range(rows)]
    frame["y"] = 1.0
    return frame


def problem_of(frame, task, name=""):
    if name == "mlp":  # words make thousands of inputs, which it refuses
        frame = frame.assign(note=frame["note"].str[:3])
    spec = make_pipeline(frame, "y", task, types={} if name == "mlp" else {"note": "text"})
    spec = spec.model_copy(update={"task": task})
    features = prepare(frame, feature_frame(spec))
    good = frame["note"].str.startswith("goo").to_numpy()
    y = np.nan_to_num(frame["x"].to_numpy()) + good * 1.5
    classes = CLASSES[task]
    if classes:
        y = np.searchsorted(np.quantile(y, [0.5] if classes == 2 else [0.33, 0.66]), y) * 1.0
    rows = np.arange(len(y))
    folds = [(rows[rows % 4 != 0], rows[rows % 4 == 0])]
    labels = [str(k) for k in range(classes)]
    return spec, Problem(task, features, y, labels, None, layout(spec, features), folds), frame


@pytest.mark.parametrize("task", list(CLASSES))
@pytest.mark.parametrize("name", list(FAMILIES))
def test_it_learns_and_is_stored_safely(name, task, table, tmp_path):
    spec, problem, frame = problem_of(table, task, name)
    family, cache = FAMILIES[name], FoldCache(problem)
    data = cache.get(family.view, 0)
    # Boosting in larger steps ends sooner; one task has the usual ones.
    params = {"learning_rate": 0.25} if family.learning_rate and task != "regression" else {}
    fit = family.fit(cache.rows(family.view, data, None), params, time.monotonic() + 30)
    found = model_output(fit, data, data.x_valid, problem.classes)
    truth = problem.y[data.valid]
    if name != "dummy":
        if problem.classes:
            assert np.mean(found.argmax(axis=1) == truth) > np.bincount(
                truth.astype(int)
            ).max() / len(truth)
        else:
            assert np.mean((found - truth) ** 2) < 0.8 * np.var(truth)
    file = tmp_path / "model.skops"
    write_bundle(bundle_of(task, problem.labels, feature_frame(spec), [member(fit, data)]), file)
    again = raw_scores(load_bundle(file), frame.iloc[data.valid])
    np.testing.assert_allclose(again, found, atol=1e-9)
    assert set(get_untrusted_types(file=file)) <= {*FEATURE_TYPES, *family.types}
    # Others make a worker import all of scikit-learn.
    assert set() < estimators_in(file) <= {*ESTIMATORS}
    assert family_of(fit.estimator) is family


def estimators_in(file):
    """The estimators of scikit-learn in a model file."""
    with zipfile.ZipFile(file) as archive:
        schema = archive.read("schema.json").decode()
    names = re.findall(r'"__class__": "(\w+)",\s+"__module__": "(sklearn\.[\w.]+)"', schema)
    return {f"{module}.{name}" for name, module in names} & {*estimators()}


def test_model_files_may_contain_the_types_of_the_families_and_no_others():
    """The list is copied beside each model, so it cannot ask the families."""
    declared = {name for family in FAMILIES.values() for name in family.types}
    assert sorted(declared) == MODEL_TYPES


@pytest.mark.parametrize("name", ["lightgbm", "linear"])
def test_a_log_target_is_predicted_in_its_unit_and_stored(name, table, tmp_path):
    spec, problem, frame = problem_of(table, "regression", name)
    problem = replace(problem, y=np.exp(problem.y))
    family, cache = FAMILIES[name], FoldCache(problem)
    data = cache.get(family.view, 0)
    candidate = Candidate("x", name, {LOG: True})
    fit = fit_candidate(candidate, cache.rows(family.view, data, None), time.monotonic() + 30)
    found = model_output(fit, data, data.x_valid, 0)
    assert np.mean((found - problem.y[data.valid]) ** 2) < 0.8 * np.var(problem.y[data.valid])
    file = tmp_path / "model.skops"
    write_bundle(bundle_of("regression", [], feature_frame(spec), [member(fit, data)]), file)
    again = raw_scores(load_bundle(file), frame.iloc[data.valid])
    np.testing.assert_allclose(again, found, atol=1e-9)


@pytest.mark.parametrize("name", ["linear", "mlp"])
def test_curves_let_a_line_bend_and_are_stored(name, table, tmp_path):
    spec, problem, frame = problem_of(table, "regression", "mlp")
    problem = replace(problem, y=problem.features["z"].to_numpy() ** 2)
    cache, error = FoldCache(problem), {}
    for view in ("linear", "curves"):
        candidate = Candidate("x", name, {CURVES: view == "curves"})
        assert candidate.view == view
        data = cache.get(view, 0)
        fit = fit_candidate(candidate, cache.rows(view, data, None), time.monotonic() + 30)
        found = model_output(fit, data, data.x_valid, 0)
        error[view] = np.mean((found - problem.y[data.valid]) ** 2)
    assert error["curves"] < (0.3 if name == "linear" else 1.0) * error["linear"]
    file = tmp_path / "model.skops"
    bundle = bundle_of("regression", [], feature_frame(spec), [member(fit, data)])
    write_bundle(bundle, file)
    rows = frame.iloc[data.valid]
    np.testing.assert_allclose(raw_scores(load_bundle(file), rows), found, atol=1e-9)
    explained = contributions(bundle, rows)
    if name == "linear":
        sums = explained.values.sum(axis=1)[:, 0] + explained.base[:, 0]
        np.testing.assert_allclose(sums, fit.estimator.predict(data.x_valid), atol=1e-9)
        share = np.abs(explained.values).mean(axis=0)[:, 0]
        assert explained.columns[int(share.argmax())] == "z"


def test_only_positive_long_tails_are_skewed():
    rng = np.random.default_rng(0)
    assert is_skewed(np.exp(rng.normal(size=500)))
    assert not is_skewed(rng.normal(size=500))
    assert not is_skewed(np.exp(rng.normal(size=500)) - 1)
    assert not is_skewed(np.ones(5))


@pytest.mark.parametrize("name", LEARNERS)
def test_it_stops_at_the_deadline_with_something_usable(name, table):
    _, problem, _ = problem_of(table, "multiclass", name)
    family, cache = FAMILIES[name], FoldCache(problem)
    data = cache.get(family.view, 0)
    began = time.monotonic()
    fit = family.fit(cache.rows(family.view, data, None), {}, began)
    assert time.monotonic() - began < 5
    assert np.isfinite(model_output(fit, data, data.x_valid, problem.classes)).all()


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "hist_gradient_boosting", "random_forest"])
def test_a_refit_takes_the_given_rounds(name, table):
    _, problem, _ = problem_of(table, "binary")
    family, cache = FAMILIES[name], FoldCache(problem)
    data = cache.get(family.view, -1)
    fit = family.fit(cache.rows(family.view, data, 7), {}, time.monotonic() + 30)
    assert fit.rounds == 7
    assert not fit.cut


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "catboost"])
def test_as_many_rounds_as_the_fold_found_make_the_same_model(name, table):
    """CatBoost chose by the rounds it was given how it combines categories."""
    rng = np.random.default_rng(1)
    frame = table.assign(more=rng.choice(["u", "v", "w", "x"], len(table)))
    _, problem, _ = problem_of(frame, "regression")
    family, cache = FAMILIES[name], FoldCache(problem)
    data = cache.get(family.view, 0)
    rows = cache.rows(family.view, data, None)
    found = family.fit(rows, {}, time.monotonic() + 60)
    known = replace(rows, x_valid=None, y_valid=None, rounds=found.rounds)
    again = family.fit(known, {}, time.monotonic() + 60)
    assert found.rounds < 200 or name != "catboost"  # where the library makes a difference
    outputs = [model_output(fit, data, data.x_valid, problem.classes) for fit in (found, again)]
    np.testing.assert_array_equal(*outputs)


def test_a_family_whose_extra_is_not_installed_is_left_out_with_a_note(
    table, monkeypatch, tmp_path
):
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    frame = table[["x", "z", "y"]].assign(y=np.where(table["x"] > 0, "a", "b"))
    _, model, _ = train_small_model(frame, "y", "binary", tmp_path, families=["linear", "catboost"])
    assert any("`catboost` is not installed" in note for note in model.notes)
    assert {trial.family for trial in model.leaderboard} == {"dummy", "linear"}
    (alone := tmp_path / "alone").mkdir()
    with pytest.raises(PipeWeaveError, match=r"is installed: catboost") as raised:
        train_small_model(frame, "y", "binary", alone, families=["catboost"])
    assert "pip install 'pipeweave[catboost]'" in raised.value.fix


def test_a_planned_pipeline_names_what_is_installed(table, monkeypatch):
    def families(spec):
        return next(step for step in spec.steps if step.kind == "train").params["families"]

    frame = table[["x", "z", "y"]]
    assert "catboost" in families(make_pipeline(frame, "y", "regression"))
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    assert "catboost" not in families(make_pipeline(frame, "y", "regression"))


@pytest.mark.parametrize("task", list(CLASSES))
def test_contributions_of_catboost_add_up_to_its_margin(task, table):
    spec, problem, frame = problem_of(table, task)
    family, cache = FAMILIES["catboost"], FoldCache(problem)
    data = cache.get(family.view, 0)
    fit = family.fit(cache.rows(family.view, data, None), {}, time.monotonic() + 30)
    bundle = bundle_of(task, problem.labels, feature_frame(spec), [member(fit, data)])
    rows, pool = frame.iloc[data.valid], fit.estimator.pool(data.x_valid)
    few = {**bundle, "members": [bundle["members"][0] | {"rounds": 3}]}
    for model, quick, rounds in ((bundle, False, 0), (bundle, True, 0), (few, True, 3)):
        explained = contributions(model, rows, quick=quick)
        margin = fit.estimator.booster.predict(
            pool, prediction_type="RawFormulaVal", ntree_end=rounds
        )
        sums = explained.values.sum(axis=1) + explained.base
        np.testing.assert_allclose(sums, margin.reshape(sums.shape), atol=1e-9)
        share = np.abs(explained.values).mean(axis=(0, 2))
        assert explained.columns[int(share.argmax())] in ("x", "note")


def test_a_model_that_is_one_catboost_has_reasons(table):
    """It is what `--for serving` may leave of an ensemble."""
    spec, problem, frame = problem_of(table, "multiclass")
    family, cache = FAMILIES["catboost"], FoldCache(problem)
    data = cache.get(family.view, 0)
    rows = cache.rows(family.view, data, None)
    fit = family.fit(rows, {"learning_rate": 0.2}, time.monotonic() + 30)
    stored = fit._replace(estimator=unpacked_booster(fit.estimator.packed()))
    bundle = bundle_of("multiclass", problem.labels, feature_frame(spec), [member(stored, data)])
    said, note = with_reasons(bundle, frame.iloc[data.valid])
    assert "with their effect in the log-odds of the predicted class." in note
    assert said["reason_1"].isin(["x", "note"]).mean() > 0.5
    assert (said["reason_1_effect"] > 0).mean() > 0.8
