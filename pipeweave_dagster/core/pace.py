"""Whether one more unit of work fits into the time that is left."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

SLOWEST = 6.0
"""Real seconds that one second of a work clock takes at most, on a machine that others use."""


def work_clock(
    worked: Callable[[], float] = time.thread_time, real: Callable[[], float] = time.monotonic
) -> Callable[[], float]:
    """Return a clock, from 0, of the processor time of this thread.

    What is measured within such a limit does not depend on what else the machine does. Where the
    thread gets less than a sixth of a processor, the clock goes on with that, so that it ends.

    Args:
        worked: Processor time of the thread, in seconds.
        real: Real time, in seconds.
    """
    first_worked, first_real = worked(), real()
    return lambda: max(worked() - first_worked, (real() - first_real) / SLOWEST)


@dataclass
class Pace:
    """Decides before each unit of work (a fold, some columns) whether there is time for it.

    Attributes:
        end: When the work must end, by the clock; infinity without a limit.
        now: The clock, in seconds.
        is_cut: Whether a unit was left out.
    """

    end: float = math.inf
    now: Callable[[], float] = time.monotonic
    is_cut: bool = False
    _slowest: float = 0.0
    _began: float | None = None

    @property
    def deadline(self) -> float:
        """When a fit must end, by the clock: some libraries take no infinite number."""
        return min(self.end, self.now() + 1e6)

    def expect(self, seconds: float) -> None:
        """Predict how long the next unit takes, from the time of something like it."""
        self._slowest = max(self._slowest, seconds)

    def fits(self) -> bool:
        """Return whether one more unit fits, if it takes as long as the slowest so far."""
        now = self.now()
        if self._began is not None:
            self._slowest = max(self._slowest, now - self._began)
        self._began = now
        # A unit of no known length is begun unless the time is over.
        if now + self._slowest > self.end or now >= self.end:
            self.is_cut = True
        return not self.is_cut
