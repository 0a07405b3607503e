"""The texts on intervals say how many groups were resampled, and where these are too few."""

import pytest

from pipeweave_dagster.core.documents import Estimate, Evaluation
from pipeweave_dagster.core.evaluation.report.interval_texts import on_intervals

KNOWN = Estimate(value=0.5, low=0.4, high=0.7)
NONE = Estimate(value=0.5)


def text_of(score: Estimate, **facts: object) -> str:
    return on_intervals(
        Evaluation(
            rows=168, metric="rmse", metrics={"rmse": score}, baseline={}, verdict="", **facts
        )
    )


@pytest.mark.parametrize(
    ("score", "facts", "said", "unsaid"),
    [
        (KNOWN, {"resampled": "rows"}, "the 168 test rows (bootstrap).", "group"),
        (KNOWN, {"resampled": "groups", "clusters": 40}, "as 40 whole groups (boot", "few"),
        (KNOWN, {"resampled": "groups", "clusters": 12}, "widened by the jackknife", "folds"),
        (KNOWN, {"resampled": "groups"}, "test rows, in whole groups (bootstrap).", "few"),
        (NONE, {"resampled": "groups", "clusters": 1}, "only 1 group, too few for an", "folds"),
        (NONE, {"resampled": "stretches of time", "clusters": 2}, "2 stretches of time", "whole"),
        (NONE, {"resampled": "rows"}, "", "few"),
    ],
)
def test_texts(score: Estimate, facts: dict[str, object], said: str, unsaid: str) -> None:
    text = text_of(score, **facts)
    assert said in text
    assert unsaid not in text


def test_intervals_of_the_folds_are_named() -> None:
    groups = {"resampled": "groups", "clusters": 4}
    assert "of rmse comes from the folds" in text_of(KNOWN, test_rows_alone=KNOWN, **groups)
    alone = text_of(KNOWN, test_rows_alone=NONE, **groups)
    assert "too few for an interval. That of rmse comes from the folds" in alone


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Estimate(value=0.0, low=0.0, high=0.077), "may be up to 0.077."),
        (Estimate(value=0.0, low=0.0, high=0.0), ""),
        (Estimate(value=0.01, low=0.0, high=0.08), ""),
    ],
)
def test_a_calibration_error_of_zero_is_not_perfection(error: Estimate, said: str) -> None:
    evaluation = Evaluation(
        rows=191,
        metric="log_loss",
        metrics={"log_loss": NONE, "calibration_error": error},
        baseline={},
        verdict="",
    )
    text = on_intervals(evaluation)
    assert said in text
    assert bool(text) == bool(said)
    assert ("not distinguishable from chance" in text) == bool(said)
