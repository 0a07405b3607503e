"""PipeWeave as scikit-learn estimators; `benchmarks/estimator_checks.py` runs every check."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.utils import estimator_checks as checks

import pipeweave_dagster as pw
from pipeweave_dagster.notebook.estimators import FindingWarning

pytestmark = pytest.mark.slow
CHECKS = [
    checks.check_fit1d, checks.check_fit2d_1sample,
    checks.check_estimator_sparse_matrix,
    checks.check_requires_y_none, checks.check_n_features_in,
]  # fmt: skip


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"x": rng.normal(size=150), "town": rng.choice(["Ulm", "Hof"], 150)})
    frame.loc[::9, "x"] = np.nan
    y = np.where(frame["x"].fillna(0) + rng.normal(0, 0.5, 150) > 0, "NA", "yes")
    return frame, y


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", [pw.AutoClassifier, pw.AutoRegressor])
def test_checks_of_scikit_learn(check, make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(make.__name__, make(time_budget=1.0))


def test_classes_keep_their_values_and_frames_their_texts(table):
    frame, y = table
    model = pw.AutoClassifier(time_budget=2).fit(frame, y)
    assert model.classes_.tolist() == ["NA", "yes"]
    assert set(model.predict(frame)) == {"NA", "yes"}
    proba = model.predict_proba(frame)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert (model.classes_[proba.argmax(axis=1)] == model.predict(frame)).mean() > 0.95
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"x": "z"}))


def test_it_is_cloned_and_cross_validated(table):
    frame, y = table
    estimator = pw.AutoClassifier(time_budget=2, metric="log_loss")
    assert clone(estimator).get_params() == estimator.get_params()
    assert cross_val_score(estimator, frame, y, cv=2).mean() > 0.6


def test_a_finding_that_stops_a_run_is_a_warning(table):
    frame, y = table
    with pytest.warns(FindingWarning, match="PW204"):
        pw.AutoClassifier(time_budget=1).fit(frame.assign(copy=y), y)


@pytest.mark.parametrize("budget_s", [0, -1])
def test_a_budget_without_time_is_refused(table, budget_s):
    with pytest.raises(ValueError, match="greater than 0"):
        pw.AutoClassifier(time_budget=budget_s).fit(*table)
