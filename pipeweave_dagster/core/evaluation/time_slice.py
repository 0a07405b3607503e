"""The time of the steps that follow the scores: what does not fit is left out, and is named.

A step is started only while there is time, decides before each of its units of work (a fold, some
columns) whether another one fits (see `Pace`), and is abandoned if one of them takes longer than
all the time that was left.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pipeweave_dagster.core.documents import EvaluationStep
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError, run_with_timeout

T = TypeVar("T")

_GRACE_S = 0.5
"""Seconds beyond its end after which a step is abandoned: most look at the clock rarely."""


@dataclass
class TimeSlice:
    """Runs steps one after the other until its time is over.

    Attributes:
        seconds: How long it is; None without a limit.
        keep_s: Seconds of it that all steps but the last leave alone.
        now: The clock, in seconds.
        dropped: Steps that were not run, or not completely.
        cut: Those of them that have a result all the same.
    """

    seconds: float | None = None
    keep_s: float = 0.0
    now: Callable[[], float] = time.monotonic
    dropped: list[EvaluationStep] = field(default_factory=list)
    cut: list[EvaluationStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin now."""
        self._end = math.inf if self.seconds is None else self.now() + self.seconds

    def run(
        self,
        step: EvaluationStep,
        make: Callable[[Pace], T],
        *,
        last: bool = False,
        share: float = 1.0,
    ) -> T | None:
        """Run a step and return its result; None if there was no time for any of it.

        Args:
            step: Its name.
            make: Makes it within the given time.
            last: Whether it may use what the other steps leave alone.
            share: The part of the time left that it plans with; it is abandoned only when all of
                that time is over.

        Errors of the step pass through. An abandoned step keeps a processor busy until its process
        ends, so none is started after it.
        """
        end = self._end if last else self._end - self.keep_s
        left = end - self.now()
        if left <= 0:
            self.dropped.append(step)
            return None
        pace = Pace(end if math.isinf(end) else end - (1 - share) * left, self.now)
        try:
            made = self._within(left, lambda: make(pace))
        except FitTimeoutError:
            self._end = self.now()
            self.dropped.append(step)
            return None
        if pace.is_cut:
            self.dropped.append(step)
            if any(made) if isinstance(made, tuple) else made:
                self.cut.append(step)
        return made

    @staticmethod
    def _within(seconds: float, call: Callable[[], T]) -> T:
        return call() if math.isinf(seconds) else run_with_timeout(seconds + _GRACE_S, call)
