"""The last resort against a fit that does not return: stop waiting for it."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class FitTimeoutError(TimeoutError):
    """A fit exceeded its time limit and was abandoned."""


def run_with_timeout(seconds: float, call: Callable[[], T]) -> T:
    """Run a call in a daemon thread and wait for it no longer than `seconds`.

    Every family watches its own deadline; this is for a library call that cannot be interrupted.
    The abandoned thread dies with the (child) process.

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
        raise FitTimeoutError(f"not done within {seconds:.1f} s, so it was abandoned")
    if "error" in outcome:
        raise outcome["error"]
    value: T = outcome["value"]
    return value
