"""How often somebody may try a password: five failures in a quarter of an hour, then a wait.

Counted per user name, whoever tries, and per address, whatever the name. The counts are of this
process; a restart forgets them.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError

WINDOW_S = 900.0
PER_NAME, PER_ADDRESS = 5, 20
_MOST_KEYS = 10_000


class Attempts:
    """Failed logins of the last quarter of an hour.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def begin(self, name: str, address: str) -> None:
        """Count an attempt as failed until `succeeded` says otherwise.

        Counting in advance keeps many attempts at the same moment from all being let through.

        Raises:
            PipeWeaveError: RATE_LIMITED with the seconds to wait as `retry_after_s`.
        """
        with self._lock:
            waits = [
                self._wait(f"name {name}", PER_NAME),
                self._wait(f"address {address}", PER_ADDRESS),
            ]
            if max(waits) > 0:
                raise _too_many(max(waits))
            for key in (f"name {name}", f"address {address}"):
                self._failed.setdefault(key, deque()).append(self._clock())
                self._failed.move_to_end(key)
            while len(self._failed) > _MOST_KEYS:
                self._failed.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a user, and this attempt of the address."""
        with self._lock:
            self._failed.pop(f"name {name}", None)
            tries = self._failed.get(f"address {address}")
            if tries:
                tries.pop()

    def _wait(self, key: str, most: int) -> float:
        tries = self._failed.get(key)
        if tries is None:
            return 0.0
        while tries and tries[0] <= self._clock() - WINDOW_S:
            tries.popleft()
        if not tries:
            del self._failed[key]
            return 0.0
        return tries[-most] + WINDOW_S - self._clock() if len(tries) >= most else 0.0


def _too_many(wait_s: float) -> PipeWeaveError:
    return PipeWeaveError(
        ErrorCode.RATE_LIMITED,
        "There were too many failed logins.",
        fix=f"Try again in {max(1, round(wait_s / 60))} minutes.",
        retry_after_s=max(1, round(wait_s)),
    )
