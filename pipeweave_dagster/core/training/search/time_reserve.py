"""The time that a search leaves alone: for the fit on all rows, for test scores and files."""

from dataclasses import dataclass

from pipeweave_dagster.core.training.search.budget import Clock
from pipeweave_dagster.core.training.search.cv_result import Result
from pipeweave_dagster.core.training.search.refit_time import (
    SLOWER,
    beyond_reserve,
    expected_refit,
    refit_seconds,
)

_MOST_FOR_REFIT, _SEEDS_PART = 0.35, 0.1
_SEEDS = 2
_MOST_FOR_THE_END = 0.25


@dataclass(frozen=True)
class Reserve:
    """What the candidates that are likely to be chosen will cost after the search.

    Attributes:
        clock: The budget; what it keeps for the end by itself is not counted again.
        rows: How many rows the fit at the end will have.
        test_rows: How many rows the model is asked for then.
        lanes: How many fits run at a time.
    """

    clock: Clock
    rows: int
    test_rows: int
    lanes: int = 1

    def for_refit(self, best: list[Result]) -> float:
        """Seconds for the fit on all rows; the best candidate cannot be divided among lanes."""
        wanted = refit_seconds([(result, 1.0) for result in best], self.rows)
        # Models of an earlier run are fitted again, one after the other.
        wanted += self.lanes * sum(r.pace * (r.done - len(r.members)) for r in best)
        wanted = max(wanted / self.lanes, *(expected_refit(r, self.rows) for r in best[:1]), 0.0)
        # A second seed of each is worth waiting for only where it is cheap.
        wanted = max(wanted, min(wanted * _SEEDS, _SEEDS_PART * self.clock.budget_s))
        return min(wanted, _MOST_FOR_REFIT * self.clock.budget_s)

    def for_the_end(self, best: list[Result]) -> float:
        """Seconds for test scores and files, as far as the reserve of the clock is too small."""
        beyond = beyond_reserve(best, self.test_rows // self.lanes, self.clock.reserve_s)
        return min(beyond, _MOST_FOR_THE_END * self.clock.budget_s)

    def room(self, best: list[Result]) -> float:
        """Seconds that are left when the end is set aside, the fit on all rows not."""
        return max(0.0, self.clock.left - self.for_the_end(best))

    def affords(self, seconds: float, best: list[Result]) -> bool:
        """Whether that many more seconds, or somewhat more, leave enough for all of it."""
        kept = self.for_refit(best) + self.for_the_end(best)
        return seconds * SLOWER + kept <= self.clock.left
