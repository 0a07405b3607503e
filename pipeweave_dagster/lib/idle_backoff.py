"""How long a sensor waits before it lists again: the longer, the more it lists for nothing."""

import time
from collections.abc import Callable

_PAGE = 1000
_PER_PAGE_S = 3.0
_LONGEST_S = 60.0
_RECENTLY_S = 60.0
_LONG_IDLE_S = 600.0
_WHEN_IDLE_S = 9.0


class IdleBackoff:
    """Spaces the listings of a landing zone in which nothing happens.

    A listing costs one request per thousand objects of a bucket. For a minute after something has
    arrived every tick lists. Then a listing is followed by a pause of 3 s per request, 60 s at
    most, and after ten minutes without arrivals of 9 s at least.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._listed: float | None = None
        self._arrived = clock()
        self._objects = 0

    def pause_s(self) -> float:
        """Return the seconds until the next listing is due; 0 if it is due now."""
        if self._listed is None:
            return 0.0
        now = self._clock()
        idle = now - self._arrived
        if idle < _RECENTLY_S:
            return 0.0
        pause = min(_LONGEST_S, _PER_PAGE_S * (1 + self._objects // _PAGE))
        if idle > _LONG_IDLE_S:
            pause = max(pause, _WHEN_IDLE_S)
        return max(0.0, self._listed + pause - now)

    def listed(self, objects: int, *, active: bool) -> None:
        """Note a listing: its size, and whether something has arrived or is still arriving."""
        self._listed, self._objects = self._clock(), objects
        if active:
            self._arrived = self._listed
