"""The weights of an ensemble."""

import numpy as np
import pytest

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.greedy_selection import select_members


def test_the_ensemble_beats_its_best_member_on_rows_that_did_not_choose_its_weights():
    rng = np.random.default_rng(5)
    y = rng.normal(size=1000)
    outputs = [y + rng.normal(0, spread, 1000) for spread in (0.5, 0.5, 0.5, 0.5, 9)]
    half = [
        CvResult(Candidate(f"m{i}", "lightgbm"), output[:500], scores=[-1.0])
        for i, output in enumerate(outputs)
    ]
    weights = {r.candidate.name: w for r, w in select_members(half, y[:500], "rmse")}
    assert sum(weights.values()) == pytest.approx(1)
    assert "m4" not in weights
    mean = sum(w * outputs[int(name[1])][500:] for name, w in weights.items())
    alone = min(np.mean((o[500:] - y[500:]) ** 2) for o in outputs)
    assert np.mean((mean - y[500:]) ** 2) < 0.5 * alone
