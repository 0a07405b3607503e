"""New candidates stay in the search space of their family."""

import numpy as np

from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.proposals import propose

RANKED = [
    CvResult(Candidate("xgboost", "xgboost", {"max_depth": 3}), np.zeros(3), scores=[0.9]),
    CvResult(Candidate("lightgbm", "lightgbm"), np.zeros(3), scores=[0.8]),
    CvResult(Candidate("dummy", "dummy"), np.zeros(3), scores=[0.1]),
]


def test_proposals_stay_in_their_space_are_reproducible_and_differ():
    found = [propose(RANKED, number, seed=0) for number in range(60)]
    assert found == [propose(RANKED, number, seed=0) for number in range(60)]
    assert {c.family for c in found} == {"xgboost", "lightgbm"}
    assert len({str(c.params) for c in found}) == 60
    for candidate in found:
        for name, space in FAMILIES[candidate.family].space.items():
            assert space.low <= candidate.params[name] <= space.high
            assert isinstance(candidate.params[name], bool) == space.boolean
    assert propose(RANKED[2:], 0, seed=0) is None


def test_learning_rates_are_scaled_where_time_is_short():
    scaled = [
        propose(RANKED, number, seed=0, rate_scale=4.0).params["learning_rate"]
        for number in range(60)
    ]
    assert 4 * FAMILIES["lightgbm"].space["learning_rate"].low <= min(scaled)
    assert max(scaled) <= 0.25
    extreme = [propose(RANKED, number, seed=0, rate_scale=50.0) for number in range(60)]
    assert all(0.12 < candidate.params["learning_rate"] <= 0.25 for candidate in extreme)
