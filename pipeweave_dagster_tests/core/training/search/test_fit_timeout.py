"""The clock and the last resort: what overruns is left behind, and cannot change anything later."""

import threading
import time

import pytest

from pipeweave_dagster.core.training.search.budget import Clock
from pipeweave_dagster.core.training.search.fit_timeout import OverrunError, within


def test_a_call_that_does_not_come_back_is_left_behind():
    never, began = threading.Event(), time.monotonic()
    with pytest.raises(OverrunError, match=r"after 0\.2 s"):
        within(0.2, lambda: never.wait(30))
    assert time.monotonic() - began < 5
    never.set()


def test_results_and_errors_pass_through():
    assert within(30, lambda: 7) == 7
    with pytest.raises(KeyError, match="x"):
        within(30, lambda: {}["x"])


def test_the_reserve_is_not_for_fitting():
    clock = Clock(started_at=time.time() - 10, budget_s=20, reserve_s=3)
    assert clock.left == pytest.approx(7, abs=2)
    assert clock.share(0.5) - time.time() == pytest.approx(3.5, abs=1)
    assert Clock(started_at=time.time() - 30, budget_s=20).left == 0


def test_slow_preparing_keeps_more_for_the_end_but_not_everything():
    clock = Clock(started_at=time.time(), budget_s=100, reserve_s=3)
    assert clock.after_preparing(1).reserve_s == 3
    assert clock.after_preparing(50).reserve_s == 15
    assert clock.after_preparing(1000).reserve_s == 30
