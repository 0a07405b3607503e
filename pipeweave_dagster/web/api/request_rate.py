"""How many requests one user may send: a bucket of tokens that fills up with time."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

_MOST_USERS = 10_000


class RequestRate:
    """Counts requests by user, in this process.

    Args:
        per_minute: As many at once, and so many per minute from then on.
        clock: Seconds that never go back.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._per_s = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, user: str) -> int:
        """Count a request, and return 0; or return in how many seconds the next one may come."""
        with self._lock:
            now = self._clock()
            left, since = self._buckets.pop(user, (self._most, now))
            left = min(self._most, left + (now - since) * self._per_s)
            allowed = left >= 1
            self._buckets[user] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _MOST_USERS:
                self._buckets.popitem(last=False)
            return 0 if allowed else max(1, math.ceil((1 - left) / self._per_s))
