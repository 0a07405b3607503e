"""The state of a search, and how one fold of a candidate becomes a task."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import MetricName, PipelineSpec
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult, FoldRun, add_fold, run_fold
from pipeweave_dagster.core.training.search.learning_rate import can_learn_faster, rate_scale_of
from pipeweave_dagster.core.training.search.parallel_fits import FitTask
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy
from pipeweave_dagster.core.training.search.processor_share import extension
from pipeweave_dagster.core.training.search.ranking import Ranking, comparison_folds
from pipeweave_dagster.core.training.search.refit_time import expected_refit_s
from pipeweave_dagster.core.training.search.time_reserve import TimeReserve
from pipeweave_dagster.core.training.search.trial_log import TrialLog
from pipeweave_dagster.core.trial_states import extension_text

_log = logging.getLogger(__name__)


@dataclass
class Search:
    """The state of a search; `run_search` fills it.

    Attributes:
        spec: The pipeline (families, metric).
        cache: Features and target by fold.
        budget: How much time there is.
        rows: How many rows the final refit has.
        frame: How raw columns become features; feature crosses are added to it.
        parallel_fits: How many fits run at a time.
        trial_log: What an earlier search on the same rows has finished.
        policy: Thresholds.
        skipped: Candidates that there was no time to start.
        crosses: Feature crosses that were added.
        share: Returns the share of the processor time that this search got of what it asked for.
        share_got: That share when the budget was extended, None if it was not.
        extended_by: Factor by which the budget was extended, 1.0 if it was not.
        n_proposals: How many candidates were tried beyond the fixed list.
        proposals_without_gain: How many of the last of them did not rank among the best.
        numbers: The number of each candidate in log lines, by its name; it keeps it for good.
    """

    spec: PipelineSpec
    cache: FoldCache
    budget: TimeBudget
    rows: int
    frame: list[FrameEntry] = field(default_factory=list)
    parallel_fits: int = 1
    trial_log: TrialLog = field(default_factory=TrialLog)
    policy: SearchPolicy = DEFAULT_POLICY
    skipped: list[str] = field(default_factory=list)
    crosses: list[FrameEntry] = field(default_factory=list)
    share: Callable[[], float | None] = lambda: None
    share_got: float | None = None
    extended_by: float = 1.0
    n_proposals: int = 0
    proposals_without_gain: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Decide how many folds candidates are compared on, and how fast boosting must learn."""
        problem, budget_s = self.cache.problem, self.budget.budget_s
        folds = comparison_folds(self.spec, problem, budget_s, self.policy)
        self.ranking = Ranking(self.spec.metric, folds, self.policy)
        self.folds = len(problem.folds)
        self.rate_scale = rate_scale_of(problem, budget_s)
        self.learns_faster = False

    @property
    def metric(self) -> MetricName:
        """What candidates are compared by."""
        return self.spec.metric

    @property
    def results(self) -> list[CvResult]:
        """One result per candidate, in order of trying."""
        return self.ranking.results

    @property
    def comparison_folds(self) -> int:
        """How many folds candidates are compared on."""
        return self.ranking.comparison_folds

    @property
    def comparison_rows(self) -> int:
        """How many validation rows these folds have."""
        return sum(len(valid) for _, valid in self.cache.problem.folds[: self.comparison_folds])

    @property
    def exhausted(self) -> bool:
        """Whether the search ends before its time, since new candidates bring no gain."""
        patience = self.policy.patience + int(self.budget.budget_s / self.policy.patience_per_s)
        return self.proposals_without_gain > patience

    @property
    def reserve(self) -> TimeReserve:
        """The time that is left for refit, test predictions and files."""
        test_rows = self.rows - len(self.cache.problem.y)
        return TimeReserve(self.budget, self.rows, test_rows, self.parallel_fits, self.policy)

    def can_afford(self, seconds: float) -> bool:
        """Return whether a fit of so many seconds leaves enough for the refit and the files."""
        return self.reserve.affords(seconds, self.ranking.likely_members())

    def add(self, result: CvResult) -> None:
        """Add a candidate that is tried; one that is tried again keeps its number."""
        self.results.append(result)
        self._number_of(result.candidate.name)

    def slow_boosting(self) -> list[CvResult]:
        """Return first candidates of boosting that were cut or that there is no time to refit."""
        policy = self.policy
        most_s = policy.max_refit_share * self.budget.budget_s
        return [
            r
            for r in self.results
            if r.candidate.is_default
            and can_learn_faster(r.candidate)
            and (r.cut or expected_refit_s(r, self.rows, policy) > most_s)
        ]

    def learn_faster(self) -> None:
        """Raise the learning rates of boosting, once, after a fit that took too long."""
        if not self.learns_faster and self.slow_boosting():
            self.learns_faster = True
            self.rate_scale *= self.policy.faster_rate

    def extend(self, *, short: bool) -> bool:
        """Extend the budget, once, if the machine is busy; return whether it was extended."""
        share = self.share()
        factor = extension(share, short=short)
        if factor == 1.0 or self.extended_by > 1.0:
            return False
        before, longer = self.budget.budget_s, self.budget.extended(factor)
        if longer.budget_s <= before:
            return False
        self.budget = longer
        self.extended_by = self.budget.budget_s / before
        if self.extended_by == 1.0:  # it was at its limit already
            return False
        self.share_got = share
        self.trial_log.record_extension(self.budget.budget_s, self.budget.now())
        _log.info("%s", extension_text(before, self.budget.budget_s, share))
        return True

    def fold_task(self, result: CvResult, deadline: float, *, log: bool = False) -> FitTask:
        """Return the next fold of a candidate as a task; `log` writes a log line when it ends."""
        seconds = max(self.budget.left_s, deadline - self.budget.now(), 1.0)
        candidate, fold = result.candidate, result.folds_done
        result.busy = True

        def on_done(run: FoldRun | None, error: Exception | None, seconds: float) -> None:
            result.busy = False
            if run is None:
                result.fail(error)
                result.seconds += seconds
            else:
                add_fold(result, run)
                self.trial_log.record_fold(candidate, fold, run)
                self.count_gain(result)
            if log:
                self.log_result(result)

        return FitTask(
            lambda: self._run_fold(candidate, fold, deadline),
            seconds + self.policy.timeout_grace_s,
            on_done,
        )

    def _run_fold(self, candidate: Candidate, fold: int, deadline: float) -> FoldRun:
        problem = self.cache.problem
        columns = problem.features.shape[1]
        FAMILIES[candidate.family].check_limits(self.rows, columns, problem.classes)
        return run_fold(candidate, fold, self.cache, self.metric, deadline)

    def count_gain(self, result: CvResult) -> None:
        """Start counting proposals anew if this one ranks high; release models that cannot win."""
        ranked = self.ranking.best_first(result.folds_done)
        complete = result.is_proposal and result.folds_done == self.comparison_folds
        if complete and ranked.index(result) < self.policy.min_finalists:
            self.proposals_without_gain = 0
        self.ranking.release_models(result.folds_done)

    def _number_of(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers) + 1)

    def log_result(self, result: CvResult) -> None:
        """Write one log line on a candidate."""
        name, seconds = result.candidate.name, result.seconds
        number = self._number_of(name)
        if result.score is None or result.note:
            _log.info("trial %d %s: %s (%.1f s)", number, name, result.note or "no score", seconds)
            return
        _log.info(
            "trial %d %s: %s %.4f on %d of %d folds (%.1f s)",
            number, name, self.metric, result.score, result.folds_done, self.folds, seconds,
        )  # fmt: skip
