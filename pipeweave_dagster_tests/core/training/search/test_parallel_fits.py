"""Fits run side by side; one that fails ends nothing."""

import threading

import pytest

from pipeweave_dagster.core.training.search.parallel_fits import WAIT, FitTask, run_parallel


def test_two_fits_run_side_by_side_and_a_failure_ends_nothing():
    left, seen, both = list(range(6)), [], threading.Barrier(2, timeout=60)

    def call(number):
        both.wait()
        if number == 3:
            raise ValueError("bad luck")
        return number

    def next_task():
        if not left:
            return None
        number = left.pop(0)
        return FitTask(lambda: call(number), 60.0, lambda v, e, s: seen.append((v, type(e))))

    run_parallel(2, next_task)
    assert sorted(v for v, e in seen if e is type(None)) == [0, 1, 2, 4, 5]
    assert (None, ValueError) in seen


def test_a_thread_waits_while_another_may_still_bring_work():
    state, waited = {"left": 1, "done": False}, threading.Event()

    def on_done(value, error, seconds):
        state["done"] = True

    def next_task():
        if state["left"]:
            state["left"] = 0
            return FitTask(lambda: waited.wait(60), 60.0, on_done)
        if state["done"]:
            return None
        waited.set()
        return WAIT

    run_parallel(2, next_task)
    assert state["done"]


def test_an_error_of_the_search_itself_passes_through():
    with pytest.raises(ZeroDivisionError):
        run_parallel(2, lambda: 1 // 0)


@pytest.mark.timeout(120)
def test_an_interrupt_in_any_thread_ends_them_all():
    """Else the others wait forever for work that never comes."""
    for thread in (0, 1):
        begun, both = [], threading.Barrier(2, timeout=60)

        def call(number, both=both, thread=thread):
            both.wait()
            if number == thread:
                raise KeyboardInterrupt

        def next_task(begun=begun, call=call):
            if len(begun) == 2:
                return WAIT
            begun.append(len(begun))
            number = begun[-1]
            return FitTask(lambda: call(number), 60.0, lambda *_: None)

        with pytest.raises(KeyboardInterrupt):
            run_parallel(2, next_task)
