"""The time budget: one deadline, counted from the start of the run, that every fit respects."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

_PREPARATION_SHARE = 0.3
"""Predicting the test rows takes about this fraction of the time that preparing all rows took."""
_MOST_RESERVE = 0.3
"""Fraction of the budget that the reserve may grow to."""
_RESERVE_S, _RESERVE_SHARE = 7.0, 0.2
"""Seconds kept for test predictions and files, and the most of the budget they may be."""


@dataclass(frozen=True)
class TimeBudget:
    """Seconds that are left of a budget.

    Attributes:
        started_at: `time.monotonic()` when the run began (imports and reading count as well).
        budget_s: Length of the budget in seconds.
        reserve_s: Seconds kept for what follows the search: test scores and writing files.
        after_s: Seconds of the budget in which the model is there already: for its evaluation.
        most_s: Length up to which it may be extended.
        now: The clock, in seconds; tests pass their own.
    """

    started_at: float
    budget_s: float
    reserve_s: float = 0.0
    after_s: float = 0.0
    most_s: float = math.inf
    now: Callable[[], float] = time.monotonic

    def with_reserve_for(self, preparation_s: float) -> Self:
        """Return the budget with a larger reserve where preparing the rows was slow."""
        wanted = min(_PREPARATION_SHARE * preparation_s, _MOST_RESERVE * self.budget_s)
        return replace(self, reserve_s=max(self.reserve_s, wanted))

    def shortened(self, part: float) -> Self:
        """Return a budget that ends after a fraction of the time that is left for fitting."""
        end_s = self.used_s + part * self.left_s + self.reserve_s + self.after_s
        return replace(self, budget_s=end_s)

    def keeping(self, part: float) -> Self:
        """Return the budget with a part of its reserve, where the rest of it was for what is done.

        Example:
            >>> TimeBudget(0.0, 60.0, reserve_s=7.0, now=lambda: 50.0).keeping(0.5).left_s
            6.5
        """
        return replace(self, reserve_s=part * self.reserve_s)

    def extended(self, factor: float) -> Self:
        """Return a budget that is longer by a factor, up to its limit, with equal reserves."""
        longer = min(factor * self.budget_s, max(self.budget_s, self.most_s))
        return replace(self, budget_s=longer)

    @property
    def used_s(self) -> float:
        """Seconds since the run began."""
        return self.now() - self.started_at

    @property
    def used_text(self) -> str:
        """What is used of the budget, in words.

        Example:
            >>> TimeBudget(0.0, 60.0, now=lambda: 50.04).used_text
            'made 50.0 s after the start of the run, whose time budget is 60 s'
        """
        return (
            f"made {self.used_s:.1f} s after the start of the run, whose time budget is "
            f"{self.budget_s:.0f} s"
        )

    @property
    def left_s(self) -> float:
        """Seconds that fitting may still take (never below 0)."""
        return max(0.0, self.until_end_s - self.reserve_s)

    @property
    def until_end_s(self) -> float:
        """Seconds until the model is to be there, reserve included."""
        return max(0.0, self.budget_s - self.after_s - self.used_s)

    def deadline(self, part: float, at_least_s: float = 0.0) -> float:
        """Return the moment (by the clock) after a fraction of the time that is left."""
        return self.now() + max(at_least_s, self.left_s * part)


def training_budget(
    started_at: float, budget_s: float, after_s: float = 0.0, most_s: float = math.inf
) -> TimeBudget:
    """Return the budget of a whole training, with a reserve for predictions and files.

    Args:
        started_at: `time.monotonic()` when the run began.
        budget_s: Seconds from then on.
        after_s: Seconds of these that are left for the evaluation.
        most_s: Seconds up to which it may be extended on a busy machine.
    """
    reserve_s = min(_RESERVE_S, _RESERVE_SHARE * budget_s)
    return TimeBudget(started_at, budget_s, reserve_s, after_s, most_s)
