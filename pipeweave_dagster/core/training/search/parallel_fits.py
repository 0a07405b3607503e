"""Run fits in parallel: small tables gain more from two fits than from two threads per fit."""

import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from pipeweave_dagster.core.training.search.fit_timeout import run_with_timeout

_PAUSE_S = 0.005
"""Pause before the next task is requested again."""


class FitTask(NamedTuple):
    """One fit.

    Attributes:
        call: Fits; returns the value.
        timeout_s: Seconds after which it is abandoned.
        on_done: Called with the value (None if it failed), the error (None if it did not), and
            the seconds it took.
    """

    call: Callable[[], Any]
    timeout_s: float
    on_done: Callable[[Any, Exception | None, float], None]


WAIT = FitTask(lambda: None, 0.0, lambda *_: None)
"""Returned instead of a task while nothing can be decided before a running fit has finished."""


def run_parallel(parallel_fits: int, next_task: Callable[[], FitTask | None]) -> None:
    """Run tasks in parallel until `next_task` returns None to every thread.

    Args:
        parallel_fits: How many tasks run at a time; with one, they run in order.
        next_task: Returns the next task; it and `on_done` are never called concurrently.
    """
    lock = threading.Lock()
    failures: list[BaseException] = []

    def work() -> None:
        while not failures:
            with lock:
                task = next_task()
            if task is None:
                return
            if task is WAIT:
                time.sleep(_PAUSE_S)
                continue
            outcome = _attempt(task)
            with lock:
                task.on_done(*outcome)

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below; ends the other threads
            failures.append(error)

    others = [threading.Thread(target=guarded, daemon=True) for _ in range(parallel_fits - 1)]
    with warnings.catch_warnings():
        # Each fit silences the warnings it knows, but filters belong to all threads together.
        warnings.simplefilter("ignore")
        for thread in others:
            thread.start()
        guarded()
        for thread in others:
            thread.join()
    if failures:
        raise failures[0]


def _attempt(task: FitTask) -> tuple[Any, Exception | None, float]:
    began = time.monotonic()
    try:
        return run_with_timeout(task.timeout_s, task.call), None, time.monotonic() - began
    except Exception as error:  # noqa: BLE001 - one fit must not end the search
        return None, error, time.monotonic() - began
