"""Boosting learns faster where time is short."""

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.training.search.learning_rate import rate_scale_of, with_scaled_rate


def test_short_budgets_learn_faster_and_long_ones_as_usual(training_set):
    rates = [rate_scale_of(training_set.problem, budget) for budget in (1, 10, 100, 1000)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 4
    assert rates[-1] == 1
    slow = Candidate("lightgbm_small", "lightgbm", {"learning_rate": 0.04, "num_leaves": 7})
    assert with_scaled_rate(slow, 2.0).params == {"learning_rate": 0.08, "num_leaves": 7}
    assert with_scaled_rate(slow, 50.0).params["learning_rate"] == 0.25
    assert with_scaled_rate(Candidate("xgboost", "xgboost"), 1.0).params == {}
    assert with_scaled_rate(Candidate("linear", "linear"), 9.0).params == {}
