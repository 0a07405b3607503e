"""Members that cost too much for their weight are dropped first."""

import pytest

from pipeweave_dagster.core.training.search.refit_time import (
    drop_slow_predictors,
    drop_unaffordable,
)


@pytest.fixture
def weighted(result):
    seconds = {"quick": 1.0, "slow": 30.0, "light": 2.0}
    results = [result(name, scores=[0.5], seconds=s) for name, s in seconds.items()]
    return list(zip(results, (0.5, 0.4, 0.1), strict=True))


def test_members_that_cost_much_for_their_weight_are_dropped(weighted):
    rows = weighted[0][0].fold_rows
    kept = drop_unaffordable(weighted, rows, 20.0)
    assert kept is not None
    assert {r.candidate.name: w for r, w in kept} == pytest.approx({"quick": 5 / 6, "light": 1 / 6})
    assert drop_unaffordable(weighted, rows, 100.0) == weighted
    assert drop_unaffordable(weighted[1:], rows, 20.0) is None


def test_one_fit_cannot_be_divided_among_parallel_fits(weighted):
    rows, alone = weighted[0][0].fold_rows, [(weighted[1][0], 1.0)]
    assert drop_unaffordable(alone, rows, 20.0, parallel_fits=2) is None
    assert drop_unaffordable(alone, rows, 28.0, parallel_fits=2) == alone


def test_an_ensemble_that_predicts_too_slowly_loses_its_most_expensive_members(result):
    results = [result("quick", predict_s=1e-4), result("slow", predict_s=1e-2)]
    weighted = list(zip(results, (0.4, 0.6), strict=True))
    assert drop_slow_predictors(weighted, 100, seconds=5.0) == weighted
    assert drop_slow_predictors(weighted, 1_000, seconds=5.0) == [(results[0], 1.0)]
    assert drop_slow_predictors(weighted[1:], 1_000, seconds=5.0) == [(results[1], 1.0)]
