"""The time that a search leaves alone: for the fit on all rows, for test scores and files."""

from dataclasses import dataclass

from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.refit_time import (
    SLOWER,
    expected_refit,
    refit_seconds,
    seconds_beyond_reserve,
)

_MOST_FOR_REFIT, _SEEDS_PART = 0.35, 0.1
_SEEDS = 2
_MOST_FOR_THE_END = 0.25


@dataclass(frozen=True)
class TimeReserve:
    """What the candidates that are likely to be chosen will cost after the search.

    Attributes:
        budget: The budget; what it keeps for the end by itself is not counted again.
        rows: How many rows the fit at the end will have.
        test_rows: How many rows the model is asked for then.
        parallel_fits: How many fits run at a time.
    """

    budget: TimeBudget
    rows: int
    test_rows: int
    parallel_fits: int = 1

    def for_refit(self, best: list[CvResult]) -> float:
        """Return the seconds for the fit on all rows; one candidate cannot use parallel fits."""
        wanted = refit_seconds([(result, 1.0) for result in best], self.rows)
        # Models of an earlier run are fitted again, one after the other.
        wanted += self.parallel_fits * sum(
            r.fold_seconds * (r.folds_done - len(r.members)) for r in best
        )
        wanted = max(
            wanted / self.parallel_fits, *(expected_refit(r, self.rows) for r in best[:1]), 0.0
        )
        # A second seed of each is worth waiting for only where it is cheap.
        wanted = max(wanted, min(wanted * _SEEDS, _SEEDS_PART * self.budget.budget_s))
        return min(wanted, _MOST_FOR_REFIT * self.budget.budget_s)

    def for_the_end(self, best: list[CvResult]) -> float:
        """Seconds for test scores and files, as far as the reserve of the clock is too small."""
        beyond = seconds_beyond_reserve(
            best, self.test_rows // self.parallel_fits, self.budget.reserve_s
        )
        return min(beyond, _MOST_FOR_THE_END * self.budget.budget_s)

    def room(self, best: list[CvResult]) -> float:
        """Seconds that are left when the end is set aside, the fit on all rows not."""
        return max(0.0, self.budget.left_s - self.for_the_end(best))

    def affords(self, seconds: float, best: list[CvResult]) -> bool:
        """Whether that many more seconds, or somewhat more, leave enough for all of it."""
        kept = self.for_refit(best) + self.for_the_end(best)
        return seconds * SLOWER + kept <= self.budget.left_s
