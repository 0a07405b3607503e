"""How much of the processor time that this process asked for it got, and what follows from that.

Linux counts for every thread how long it ran, and how long it waited for a processor while it could
have run. On a machine that others use as well, a search of so many seconds does less; what it lost
is added to its budget, so that a busy machine costs time and not quality.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_TASKS = Path("/proc/self/task")
_SAMPLE_S = 0.25
_LEAST_S = 1.0
"""Seconds of processor time, got or waited for, below which a share says nothing."""

FAIR, HALF, MOST = 0.75, 0.5, 2.0
"""The share that needs no extension; the one below which every search gets one; its limit."""

Counts = Mapping[int, tuple[int, int]]
"""Per thread the nanoseconds that it ran, and that it waited."""


def extension(share: float | None, *, short: bool) -> float:
    """Return the factor by which a budget is extended on a busy machine.

    It gives the search about three quarters of what it would do on a quiet machine. With one other
    busy process (two cores: a share of two thirds) only a search that needs it gets more time.

    Args:
        share: The share of the processor time it asked for that it got; None if unknown.
        short: Whether a family of models has had no time for one complete fit.

    Example:
        >>> extension(0.8, short=True), extension(0.6, short=True), extension(0.3, short=False)
        (1.0, 1.25, 2.0)
    """
    if share is None or share >= FAIR or (share >= HALF and not short):
        return 1.0
    return min(MOST, FAIR / max(share, 1e-6))


@dataclass
class ProcessorShare:
    """Adds up what the threads of this process ran and waited, also of threads that have ended.

    Attributes:
        read: Returns the counts of all threads; they are read four times a second, since fits run
            in threads of their own, whose counts end with them.
        processors: How many there are: threads beyond these wait for each other, not for others.
        now: The clock, in seconds.
    """

    read: Callable[[], Counts] = field(default=lambda: dict(_thread_counts()))
    processors: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        """Leave out what was before."""
        self._last, self._at = self.read(), self.now()
        self._ran = self._asked = 0.0
        self._lock, self._done = threading.Lock(), threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLE_S):
            self.sample()

    def sample(self) -> None:
        """Add what was counted since the last time."""
        with self._lock:
            counts, at, ran_ns, waited_ns = self.read(), self.now(), 0, 0
            for thread, (ran, waited) in counts.items():
                before = self._last.get(thread, (0, 0))
                # A number is given again to another thread, whose counts begin at 0.
                before = before if ran >= before[0] else (0, 0)
                ran_ns += ran - before[0]
                waited_ns += max(0, waited - before[1])
            most = self.processors * (at - self._at)
            self._ran += ran_ns / 1e9
            self._asked += max(ran_ns / 1e9, min((ran_ns + waited_ns) / 1e9, most))
            self._last, self._at = counts, at

    def share(self) -> float | None:
        """Return the share so far, 0 to 1; None where it is not counted."""
        self.sample()
        return self._ran / self._asked if self._asked > _LEAST_S else None


def _thread_counts() -> Iterator[tuple[int, tuple[int, int]]]:
    try:
        threads = list(_TASKS.iterdir())
    except OSError:  # not Linux
        return
    for thread in threads:
        try:
            ran, waited = (thread / "schedstat").read_text().split()[:2]
            yield int(thread.name), (int(ran), int(waited))
        except (OSError, ValueError):  # it has just ended, or the kernel does not count
            continue
