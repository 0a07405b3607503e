"""Intervals and sets have the true value as often as they say."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom

from pipeweave_dagster.core.prediction.intervals import (
    Intervals,
    conformal_quantile,
    learn_intervals,
)

RNG = np.random.default_rng(5)


def numbers(rows, rng=RNG):
    """Predictions whose errors grow with them, and the true values."""
    predicted = rng.gamma(2, 50, rows)
    return predicted, predicted + rng.normal(size=rows) * (1 + predicted / 5)


def learned(folder, predicted, truth, coverage=0.9):
    pd.DataFrame({"target": truth, "prediction": predicted}).to_parquet(folder / "test.parquet")
    return learn_intervals(folder / "test.parquet", [], coverage)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_intervals_have_the_stated_coverage_in_every_range(tmp_path, coverage):
    found = learned(tmp_path, *numbers(1000), coverage)
    predicted, truth = numbers(20_000)
    bounds = pd.DataFrame(found.columns(pd.DataFrame({"prediction": predicted})))
    inside = (truth >= bounds["lower"]) & (truth <= bounds["upper"])
    # Coverage given the calibration rows is Beta distributed (Vovk 2012).
    k = int(np.ceil(101 * coverage))
    low, high = beta.ppf([1e-4, 1 - 1e-4], k, 101 - k)
    for share in inside.groupby(pd.qcut(predicted, 5), observed=True).mean():
        assert low - 0.02 < share < high + 0.02
    assert abs(inside.mean() - coverage) < 0.03


def test_too_few_rows_have_no_intervals(tmp_path):
    assert learned(tmp_path, *numbers(8)) is None
    assert learned(tmp_path, *numbers(9)) is not None


def test_equal_predictions_have_one_range(tmp_path):
    found = learned(tmp_path, np.zeros(500), RNG.normal(size=500))
    assert len(found.margins) == 1


def test_sets_have_the_true_class_as_often_as_stated(tmp_path):
    def classes(rows):
        proba = RNG.dirichlet([0.6, 0.6, 0.6], rows)
        return proba, [["a", "b", "c"][RNG.choice(3, p=p)] for p in proba]

    proba, truth = classes(800)
    frame = pd.DataFrame(proba, columns=[f"probability_{c}" for c in "abc"]).assign(target=truth)
    frame.to_parquet(tmp_path / "test.parquet")
    found = learn_intervals(tmp_path / "test.parquet", ["a", "b", "c"], 0.9)
    proba, truth = classes(5000)
    scores = pd.DataFrame(proba, columns=[f"probability_{c}" for c in "abc"])
    sets = [json.loads(text) for text in found.columns(scores)["prediction_set"]]
    covered = sum(label in chosen for label, chosen in zip(truth, sets, strict=True))
    rank = int(np.ceil(801 * 0.9))
    low, high = betabinom.ppf([1e-4, 1 - 1e-4], 5000, rank, 801 - rank)
    assert low <= covered <= high
    assert all(sets)  # none is empty
    assert min(map(len, sets)) < max(map(len, sets))


@pytest.mark.parametrize(("rare", "left_out"), [(0.2, []), (0.02, ["yes"])])
def test_a_class_that_is_in_no_set_is_named(tmp_path, rare, left_out):
    proba = RNG.uniform(0, 2 * rare, 2000)
    truth = np.where(RNG.uniform(size=2000) < proba, "yes", "no")
    frame = pd.DataFrame({"probability_no": 1 - proba, "probability_yes": proba, "target": truth})
    frame.to_parquet(tmp_path / "test.parquet")
    found = learn_intervals(tmp_path / "test.parquet", ["no", "yes"], 0.9)
    assert found.left_out == left_out
    texts = found.columns(frame)["prediction_set"]
    assert {"no", "yes"} - {label for text in texts for label in json.loads(text)} == set(left_out)
    assert ("of each class: no set of the test rows has 'yes'." in found.note) == bool(left_out)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0.5, 0.99))
def test_the_quantile_covers_the_share_of_all_rows_and_one_more(errors, coverage):
    bound = conformal_quantile(np.array(errors), coverage)
    covered = sum(error <= bound for error in errors) + (1 if np.isinf(bound) else 0)
    assert covered >= (len(errors) + 1) * coverage - 1e-6


@pytest.mark.parametrize("count", [2, 3, 62, 63])
def test_each_row_has_the_set_of_its_own_classes_however_many_there_are(count: int) -> None:
    labels = [f"c{k}" for k in range(count)]
    proba = np.random.default_rng(0).dirichlet(np.ones(count), 300)
    found = Intervals(labels, np.array([]), np.array([1 / count]), 100, 0.9)

    sets = found.columns(pd.DataFrame(proba, columns=[f"probability_{c}" for c in labels]))

    chosen = [[c for c, p in zip(labels, row, strict=True) if p >= 1 / count] for row in proba]
    assert [json.loads(text) for text in sets["prediction_set"]] == chosen


@pytest.mark.parametrize(("groups", "said"), [(2, True), (40, False), (None, False)])
def test_few_groups_are_said_to_promise_less(tmp_path, groups, said):
    predicted, truth = numbers(400)
    rows = pd.DataFrame({"target": truth, "prediction": predicted})
    if groups:
        rows["cluster"] = np.arange(400) % groups
    rows.to_parquet(tmp_path / "test.parquet")
    found = learn_intervals(tmp_path / "test.parquet", [], 0.9)
    assert ("These are of only 2 groups or stretches of time" in found.note) == said
