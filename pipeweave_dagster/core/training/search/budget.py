"""The time budget: one deadline, counted from the start of the run, that everything obeys."""

import time
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Clock:
    """Seconds that are left of a budget.

    Attributes:
        started_at: `time.time()` when the run began (imports and reading count, too).
        budget_s: Length of the budget in seconds.
        reserve_s: Kept for what comes after the search: test scores and writing files.
    """

    started_at: float
    budget_s: float
    reserve_s: float = 0.0

    def after_preparing(self, seconds: float) -> Self:
        """Keep more for the end where preparing the rows was slow: test rows are scored, too."""
        most = 0.3 * self.budget_s
        return replace(self, reserve_s=max(self.reserve_s, min(0.3 * seconds, most)))

    def until(self, part: float) -> Self:
        """The same with a deadline after a part of what is left."""
        return replace(self, budget_s=self.used + part * self.left + self.reserve_s)

    @property
    def used(self) -> float:
        """Seconds since the run began."""
        return time.time() - self.started_at

    @property
    def left(self) -> float:
        """Seconds that fitting may still take (never below 0)."""
        return max(0.0, self.budget_s - self.reserve_s - self.used)

    @property
    def to_end(self) -> float:
        """Seconds until the budget is over, what is kept for the end included."""
        return max(0.0, self.budget_s - self.used)

    def share(self, part: float, at_least: float = 0.0) -> float:
        """A moment (`time.time()`) after a part of what is left."""
        return time.time() + max(at_least, self.left * part)
