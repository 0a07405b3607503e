"""The last resort against a fit that does not return: stop waiting for it."""

import atexit
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_LAST_WAIT_S = 30.0
_abandoned: list[threading.Thread] = []


class FitTimeoutError(TimeoutError):
    """A fit exceeded its time limit and was abandoned."""


def run_with_timeout(seconds: float, call: Callable[[], T]) -> T:
    """Run a call in a daemon thread and wait for it no longer than `seconds`.

    Every family watches its own deadline; this is for a library call that cannot be interrupted.
    The abandoned thread dies with the (child) process, which is killed; a script or notebook waits
    for it when it ends, see `_await_abandoned`.

    Raises:
        FitTimeoutError: If the call does not return in time. Other errors pass through.
    """
    outcome: dict[str, Any] = {}

    def work() -> None:
        try:
            outcome["value"] = call()
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True, name="pipeweave-fit")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _abandoned.append(thread)
        raise FitTimeoutError(f"not done within {seconds:.1f} s, so it was abandoned")
    if "error" in outcome:
        raise outcome["error"]
    value: T = outcome["value"]
    return value


@atexit.register
def _await_abandoned() -> None:
    """Wait for abandoned fits before the interpreter ends, for half a minute at most.

    CatBoost asks the interpreter after each tree whether it was interrupted. Once that is gone, the
    process ends with a segmentation fault instead of the exit code of its script. Most abandoned
    fits end soon, since each looks at its deadline after a tree.
    """
    end = time.monotonic() + _LAST_WAIT_S
    for thread in _abandoned:
        thread.join(max(0.0, end - time.monotonic()))
