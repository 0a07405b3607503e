"""Steps within a slice of time, with a clock that is set by hand."""

import math
import threading

import pytest

from pipeweave_dagster.core.evaluation.evaluation_notes import dropped_note
from pipeweave_dagster.core.evaluation.time_slice import TimeSlice
from pipeweave_dagster_tests.core.test_pace import Clock


def taking(clock, seconds):
    """A step that takes so many seconds, in two units."""

    def step(pace):
        done = 0
        for _ in range(2):
            if not pace.fits():
                break
            clock.at += seconds / 2
            done += 1
        return done

    return step


def test_a_step_that_fits_is_made_and_one_that_comes_too_late_is_dropped():
    clock = Clock()
    limit = TimeSlice(10, now=clock)
    assert limit.run("contributions", taking(clock, 6)) == 2
    assert limit.run("importances", taking(clock, 6)) == 1  # its second half would end at 12
    clock.at = 10
    assert limit.run("learning curve", taking(clock, 1)) is None
    assert limit.dropped == ["importances", "learning curve"]
    assert limit.cut == ["importances"]  # half of it is there
    (note,) = dropped_note(limit.dropped, limit.cut, "demo")
    assert note.startswith("Missing for lack of time: learning curve. Incomplete for lack of time:")
    assert "importances. `pipeweave evaluate demo --full` computes them" in note
    assert dropped_note([], [], "demo") == []


def test_the_last_step_has_time_that_the_others_leave():
    clock = Clock()
    limit = TimeSlice(10, keep_s=2, now=clock)
    clock.at = 8
    assert limit.run("importances", taking(clock, 1)) is None
    assert limit.run("plots", taking(clock, 1), last=True) == 2


def test_without_a_limit_nothing_is_dropped():
    limit = TimeSlice()
    assert limit.run("importances", lambda pace: pace.fits()) is True
    assert limit.dropped == []


def test_a_step_that_does_not_return_is_abandoned_and_no_other_is_started():
    limit, forever = TimeSlice(0.05), threading.Event()
    try:
        assert limit.run("importances", lambda _: forever.wait()) is None
        assert limit.run("plots", lambda _: 1, last=True) is None
    finally:
        forever.set()
    assert limit.dropped == ["importances", "plots"]


def test_errors_of_a_step_pass_through():
    def broken(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TimeSlice(10).run("importances", broken)


def test_a_share_bounds_what_a_step_plans_with_and_nothing_is_bounded_without_a_limit():
    clock = Clock()
    limit = TimeSlice(10, now=clock)
    assert limit.run("readable twin", lambda pace: pace.end, share=0.5) == 5
    clock.at = 6
    assert limit.run("importances", lambda pace: pace.end) == 10
    endless = TimeSlice(None, now=clock)
    assert endless.run("readable twin", lambda pace: pace.end, share=0.5) == math.inf
    assert endless.run("importances", lambda pace: pace.end) == math.inf
