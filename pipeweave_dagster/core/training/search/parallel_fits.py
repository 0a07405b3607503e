"""Fits side by side: small tables gain more from two fits at a time than from two threads each."""

import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from pipeweave_dagster.core.training.search.fit_timeout import run_with_timeout

_PAUSE_S = 0.005


class FitTask(NamedTuple):
    """One call, the seconds after which it is left behind, and what is done with its outcome.

    `finish` gets the value (None if it failed), the error (None if all is well), and the seconds.
    """

    call: Callable[[], Any]
    limit_s: float
    finish: Callable[[Any, Exception | None, float], None]


WAIT = FitTask(lambda: None, 0.0, lambda *_: None)
"""Said instead of work while nothing can be decided before another lane has finished."""


def run_parallel(parallel_fits: int, take: Callable[[], FitTask | None]) -> None:
    """Call until `take` gives None in every lane.

    Args:
        parallel_fits: How many calls at a time; with one, all is done in order.
        take: Says what to do next; it and `finish` are never called at the same time.
    """
    lock = threading.Lock()
    failures: list[BaseException] = []

    def lane() -> None:
        while not failures:
            with lock:
                work = take()
            if work is None:
                return
            if work is WAIT:
                time.sleep(_PAUSE_S)
                continue
            outcome = _attempt(work)
            with lock:
                work.finish(*outcome)

    def guarded() -> None:
        try:
            lane()
        except BaseException as error:  # noqa: BLE001 - raised again below, and ends the other fits
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


def _attempt(work: FitTask) -> tuple[Any, Exception | None, float]:
    began = time.time()
    try:
        return run_with_timeout(work.limit_s, work.call), None, time.time() - began
    except Exception as error:  # noqa: BLE001 - one fit must not end the search
        return None, error, time.time() - began
