"""Notice that the clock was set back: Dagster's daemon then waits until it has caught up."""

import time
from collections.abc import Callable

_NOTED_S = 30.0


def clock_lead() -> float:
    """Return by how many seconds the clock is ahead of the one that cannot be set."""
    return time.time() - time.monotonic()


class ClockWatch:
    """Compares the clock, look by look, with one that cannot be set.

    Args:
        lead: See `clock_lead`.
    """

    def __init__(self, lead: Callable[[], float] = clock_lead) -> None:
        self._lead = lead
        self._last = lead()

    def set_back_s(self) -> float:
        """Return the seconds by which the clock was set back since the last look, 0 below 30."""
        before, self._last = self._last, self._lead()
        moved = before - self._last
        return moved if moved > _NOTED_S else 0.0
