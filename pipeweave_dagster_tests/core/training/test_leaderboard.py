"""The order of a leaderboard, and what was scored on some of the folds only."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeweave_dagster.core.training.leaderboard import leaderboard

FOLDS = 3
Y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
RIGHT = np.array([0.1, 0.9, 0.1, 0.9, 0.9, 0.1])
"""Probabilities that are right in two folds and wrong in the last."""


def result(name, scores, oof=None, family="linear"):
    return SimpleNamespace(
        candidate=SimpleNamespace(name=name, family=family, params={}),
        scores=scores,
        score=sum(scores) / len(scores),
        folds_done=len(scores),
        seconds=1.0,
        note="",
        beyond_limits=False,
        failed=False,
        cut=False,
        released=oof is None,
        oof=oof,
        score_on=lambda folds: sum(scores[:folds]) / folds if len(scores) >= folds else None,
    )


@pytest.mark.parametrize("done", [1, 2, 3])
def test_an_ensemble_is_cut_where_a_member_is(done):
    whole, partly = result("whole", [0.7] * FOLDS), result("partly", [0.9] * done)
    folds = [(None, np.array([2 * fold, 2 * fold + 1])) for fold in range(FOLDS)]
    training_set = SimpleNamespace(
        spec=SimpleNamespace(metric="roc_auc"),
        problem=SimpleNamespace(y=Y, folds=folds, weight=None),
    )
    ensemble = SimpleNamespace(
        weighted=[(whole, 0.5), (partly, 0.5)],
        oof=np.column_stack([1 - RIGHT, RIGHT]),
        name="ensemble",
    )
    first, *others = leaderboard([whole, partly], ensemble, training_set, FOLDS)
    assert first.name == "ensemble"
    assert first.score == pytest.approx(1.0 if done < FOLDS else 2 / 3)
    assert first.state == ("cut" if done < FOLDS else "done")
    assert (f"{done} of {FOLDS} folds; " in first.note) == (done < FOLDS)
    assert {trial.name: trial.state for trial in others} == {"whole": "done", "partly": first.state}


def test_an_ensemble_below_a_member_says_by_what_it_was_chosen():
    """Errors of the rows together weigh a bad fold more than the mean over folds does."""
    truth, folds = np.zeros(4), [(None, np.array([0, 1])), (None, np.array([2, 3]))]
    steady, rough = np.array([5.0, 5.0, 5.0, 5.0]), np.array([0.0, 0.0, 9.0, 9.0])
    members = [result("rough", [0.0, 9.0], rough), result("steady", [5.0, 5.0], steady)]
    problem = SimpleNamespace(y=truth, folds=folds, weight=None)
    training_set = SimpleNamespace(spec=SimpleNamespace(metric="rmse"), problem=problem)
    ensemble = SimpleNamespace(
        weighted=[(members[1], 0.9), (members[0], 0.1)], oof=0.9 * steady + 0.1 * rough
    )
    first = leaderboard(members, ensemble, training_set, 2)[0]
    assert first.score == pytest.approx(4.95)
    assert "rmse of the rows of all folds together (4.97; rough: 6.364)" in first.note
    assert "not by the mean over folds" in first.note


@pytest.mark.parametrize(
    ("beside", "family", "why"),
    [
        ("released", "linear", "from many resamples of few rows"),
        ("kept", "linear", "from many resamples of few rows"),
        ("kept", "dummy", "half of the ensemble is the constant"),
    ],
)
def test_a_better_candidate_is_named_whether_or_not_it_is_a_member(beside, family, why):
    folds = [(None, np.array([0, 1])), (None, np.array([2, 3]))]
    outputs = [np.full(4, 5.0), np.full(4, 4.0), np.full(4, 3.0)]
    first, second = result("a", [5.0, 5.0], outputs[0], family), result("b", [4.0] * 2, outputs[1])
    better = result("c", [3.0, 3.0], outputs[2] if beside == "kept" else None)
    problem = SimpleNamespace(y=np.zeros(4), folds=folds, weight=None)
    training_set = SimpleNamespace(spec=SimpleNamespace(metric="rmse"), problem=problem)
    ensemble = SimpleNamespace(weighted=[(first, 0.5), (second, 0.5)], oof=np.full(4, 4.5))
    note = leaderboard([better, second, first], ensemble, training_set, 2)[0].note
    assert "c has a better mean over these folds (3); " in note
    assert why in note


def test_a_mean_that_is_equal_as_shown_is_not_called_better():
    folds = [(None, np.array([0, 1])), (None, np.array([2, 3]))]
    members = [result("a", [3.0, 3.0], np.full(4, 3.0)), result("b", [4.0] * 2, np.full(4, 4.0))]
    problem = SimpleNamespace(y=np.zeros(4), folds=folds, weight=None)
    training_set = SimpleNamespace(spec=SimpleNamespace(metric="rmse"), problem=problem)
    weighted = [(members[0], 0.9), (members[1], 0.1)]
    ensemble = SimpleNamespace(weighted=weighted, oof=np.full(4, 3.00001))
    assert "better mean" not in leaderboard(members, ensemble, training_set, 2)[0].note
