"""The time that a search leaves for what follows: refit, test predictions and files."""

from dataclasses import dataclass

from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy
from pipeweave_dagster.core.training.search.refit_time import (
    expected_refit_s,
    refit_seconds,
    seconds_beyond_reserve,
)


@dataclass(frozen=True)
class TimeReserve:
    """What the candidates that are likely to be chosen will cost after the search.

    Attributes:
        budget: The time budget; its own reserve is not counted again.
        rows: How many rows the refit has.
        test_rows: How many rows are predicted after the search.
        parallel_fits: How many fits run at a time.
        policy: Most that is reserved.
    """

    budget: TimeBudget
    rows: int
    test_rows: int
    parallel_fits: int = 1
    policy: SearchPolicy = DEFAULT_POLICY

    def for_refit(self, best: list[CvResult]) -> float:
        """Return the seconds for the refit; one candidate cannot use several parallel fits."""
        policy, total = self.policy, self.budget.budget_s
        seconds = refit_seconds([(result, 1.0) for result in best], self.rows, policy)
        # Models of an earlier run are fitted again, one after the other.
        again = sum(r.fold_seconds * (r.folds_done - len(r.members)) for r in best)
        seconds += self.parallel_fits * again
        longest = [expected_refit_s(r, self.rows, policy) for r in best[:1]]
        seconds = max(seconds / self.parallel_fits, *longest, 0.0)
        # A second seed of each is worth waiting for only where it is cheap.
        second_seeds = min(seconds * policy.seeds_reserved, policy.second_seed_share * total)
        return min(max(seconds, second_seeds), policy.max_refit_share * total)

    def for_output(self, best: list[CvResult]) -> float:
        """Return the seconds for test predictions and files beyond the budget's own reserve."""
        test_rows = self.test_rows // self.parallel_fits
        beyond = seconds_beyond_reserve(best, test_rows, self.budget.reserve_s, self.policy)
        return min(beyond, self.policy.max_output_share * self.budget.budget_s)

    def left_s(self, best: list[CvResult]) -> float:
        """Return the seconds left beside test predictions and files, refit included."""
        return max(0.0, self.budget.left_s - self.for_output(best))

    def affords(self, seconds: float, best: list[CvResult]) -> bool:
        """Return whether a fit of so many seconds, or somewhat more, leaves enough for the rest."""
        kept = self.for_refit(best) + self.for_output(best)
        return seconds * self.policy.slower_fit + kept <= self.budget.left_s
