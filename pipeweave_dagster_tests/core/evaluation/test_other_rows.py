"""Intervals of a split by time have the score of one more period, as often as they say."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Estimate, Payload, PipelineSpec, TrainedModel, Trial
from pipeweave_dagster.core.evaluation.other_rows import for_other_rows
from pipeweave_dagster_tests.factories import make_pipeline

FILE = Payload(name="x", sha256="0" * 64, size_bytes=1)
FOLDS = 5


def model(metric: str, trials: list[Trial]) -> TrainedModel:
    return TrainedModel(
        task="regression",
        target="y",
        metric=metric,
        greater_is_better=metric in ("roc_auc", "r2"),
        features=["a"],
        winner="linear",
        verdict="model",
        leaderboard=trials,
        rows_train=80,
        rows_test=20,
        budget_s=1,
        used_s=1,
        package_versions={},
        model=FILE,
        test_rows=FILE,
        reference=FILE,
    )


def trial(score: float, std: float | None, **more: Any) -> Trial:
    facts = {"name": "linear", "family": "linear", "fit_seconds": 1, "state": "done", **more}
    return Trial(score=score, score_std=std, **facts)


@pytest.fixture(scope="module")
def spec() -> PipelineSpec:
    """A pipeline that is split by time into five folds."""
    frame = pd.DataFrame({"a": np.arange(40.0), "y": np.arange(40.0)})
    made = make_pipeline(frame, "y", "regression")
    split = made.split.model_copy(update={"kind": "time", "column": "a", "folds": FOLDS})
    return made.model_copy(update={"split": split})


@pytest.mark.parametrize("metric", ["rmse", "r2"])
def test_score_of_the_next_period_is_inside_as_often_as_promised(
    metric: str, spec: PipelineSpec
) -> None:
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(400):
        periods = rng.normal(0, 0.2, FOLDS + 2)
        scores = np.exp(periods) if metric == "rmse" else periods / 2
        folds = [float(s) for s in scores[:FOLDS]]
        known = trial(float(np.mean(folds)), float(np.std(folds, ddof=1)))
        value, later = float(np.mean(scores[:FOLDS])), float(scores[-1])
        seen = Estimate(value=value, low=value, high=value)
        found, _ = for_other_rows(seen, model(metric, [known]), spec)
        assert found.low is not None
        assert found.high is not None
        inside.append(found.low <= later <= found.high)
    assert 0.92 <= np.mean(inside) <= 0.98


def test_it_is_never_narrower_and_says_what_the_rows_alone_give(spec: PipelineSpec) -> None:
    estimate = Estimate(value=2.0, low=1.0, high=3.5)
    found, text = for_other_rows(estimate, model("rmse", [trial(2.0, 0.01)]), spec)
    assert (found.low, found.high) == (1.0, 3.5)
    wider, text = for_other_rows(estimate, model("rmse", [trial(2.0, 0.8)]), spec)
    assert wider.low is not None
    assert wider.high is not None
    assert 0 < wider.low < 1.0 < 3.5 < wider.high
    assert "1 to 3.5" in text
    assert "scores of 5 earlier periods differ" in text


def test_bounded_metrics_stay_in_their_bounds(spec: PipelineSpec) -> None:
    estimate = Estimate(value=0.9, low=0.85, high=0.95)
    found, _ = for_other_rows(estimate, model("roc_auc", [trial(0.9, 0.4)]), spec)
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    "trials",
    [
        [],
        [trial(1.0, 0.5, state="cut")],
        [trial(1.0, 0.5, state="cut", folds=3)],
        [trial(1.0, None)],
        [trial(1.0, 0.5, family="dummy")],
    ],
)
def test_without_four_folds_the_interval_is_that_of_the_rows(
    trials: list[Trial], spec: PipelineSpec
) -> None:
    estimate = Estimate(value=2.0, low=1.0, high=3.0)
    assert for_other_rows(estimate, model("rmse", trials), spec) == (estimate, "")


def test_random_split_is_left_alone(spec: PipelineSpec) -> None:
    split = spec.split.model_copy(update={"kind": "hash"})
    estimate = Estimate(value=2.0, low=1.0, high=3.0)
    by_hash = spec.model_copy(update={"split": split})
    trained = model("rmse", [trial(2.0, 1.0)])
    assert for_other_rows(estimate, trained, by_hash) == (estimate, "")


@pytest.mark.parametrize("metric", ["rmse", "roc_auc"])
def test_few_test_groups_have_the_interval_of_the_folds(metric: str, spec: PipelineSpec) -> None:
    split = spec.split.model_copy(update={"kind": "group"})
    by_group = spec.model_copy(update={"split": split})
    estimate = Estimate(value=0.6, low=0.599, high=0.601)
    known = model(metric, [trial(0.6, 0.04)])
    found, text = for_other_rows(estimate, known, by_group, 2)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < 0.7 < found.high
    assert "only 2 groups" in text
    assert for_other_rows(estimate, known, by_group, 10) == (estimate, "")
    assert for_other_rows(estimate, known, by_group) == (estimate, "")
    without = Estimate(value=0.6)
    assert for_other_rows(without, known, by_group, 1)[0].low == found.low


def test_a_period_without_an_interval_of_its_own_has_that_of_the_folds(spec: PipelineSpec) -> None:
    found, text = for_other_rows(Estimate(value=2.0), model("rmse", [trial(2.0, 0.4)]), spec, 1)
    assert found.low is not None
    assert "alone" not in text
