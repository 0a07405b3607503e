"""Keep two daemons from starting the same run twice.

Dagster supports one daemon per instance, but does not stop a second one. Both then evaluate the
sensors, and look for a run with the same key before either has created it. Sensors are evaluated by
the code server, which both have in common, so that it can keep apart what it has just handed out.
"""

import threading
import time
from collections.abc import Callable, Iterable

# A daemon that was killed before it created its runs will not do so any more after this.
FORGOTTEN_AFTER_S = 60.0


class RecentRequests:
    """Run keys that a tick has requested within the last minute.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requested: dict[str, float] = {}

    def claim(self, keys: Iterable[str]) -> bool:
        """Return whether no other tick has requested any of these lately; they are claimed then."""
        wanted = set(keys)
        with self._lock:
            oldest = self._clock() - FORGOTTEN_AFTER_S
            self._requested = {k: at for k, at in self._requested.items() if at > oldest}
            if wanted & self._requested.keys():
                return False
            self._requested |= dict.fromkeys(wanted, self._clock())
            return True
