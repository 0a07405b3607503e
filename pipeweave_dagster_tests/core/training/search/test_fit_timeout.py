"""The time budget, and the fit timeout: a fit that overruns cannot change anything later."""

import threading
import time

import pytest

from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError, run_with_timeout


def test_a_call_that_does_not_come_back_is_left_behind():
    never, began = threading.Event(), time.monotonic()
    with pytest.raises(FitTimeoutError, match=r"after 0\.2 s"):
        run_with_timeout(0.2, lambda: never.wait(30))
    assert time.monotonic() - began < 5
    never.set()


def test_results_and_errors_pass_through():
    assert run_with_timeout(30, lambda: 7) == 7
    with pytest.raises(KeyError, match="x"):
        run_with_timeout(30, lambda: {}["x"])


def test_the_reserve_is_not_for_fitting():
    budget = TimeBudget(started_at=time.time() - 10, budget_s=20, reserve_s=3)
    assert budget.left_s == pytest.approx(7, abs=2)
    assert budget.deadline(0.5) - time.time() == pytest.approx(3.5, abs=1)
    assert TimeBudget(started_at=time.time() - 30, budget_s=20).left_s == 0


def test_slow_preparing_keeps_more_for_the_end_but_not_everything():
    budget = TimeBudget(started_at=time.time(), budget_s=100, reserve_s=3)
    assert budget.with_reserve_for(1).reserve_s == 3
    assert budget.with_reserve_for(50).reserve_s == 15
    assert budget.with_reserve_for(1000).reserve_s == 30
