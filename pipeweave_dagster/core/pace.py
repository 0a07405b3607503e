"""Whether one more unit of work fits into the time that is left."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


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
