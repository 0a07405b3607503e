"""The search: candidates in a fixed good order, each fit only if it still fits into the time.

First every candidate runs on one fold, so that a short budget compares all of them on the same
rows; then the best of them run on the other folds, best first, until the choice rests on enough
rows (on all of a small table, as far as time allows). What is left goes to new candidates near
the best ones.
"""

import logging
import time

import numpy as np

from pipeweave_dagster.core.documents import MetricName, PipelineSpec
from pipeweave_dagster.core.metrics.metrics import GREATER_IS_BETTER
from pipeweave_dagster.core.model.serving import FrameEntry
from pipeweave_dagster.core.training.data.fold_features import FoldCache, Problem
from pipeweave_dagster.core.training.families.candidate import Candidate
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cross_choice import add_crosses
from pipeweave_dagster.core.training.search.cv_result import (
    CvResult,
    FoldRun,
    add_fold,
    new_result,
    run_fold,
)
from pipeweave_dagster.core.training.search.learning_rate import haste_of
from pipeweave_dagster.core.training.search.parallel_fits import WAIT, FitTask, run_parallel
from pipeweave_dagster.core.training.search.portfolio import adaptive, portfolio
from pipeweave_dagster.core.training.search.proposals import propose
from pipeweave_dagster.core.training.search.time_reserve import TimeReserve
from pipeweave_dagster.core.training.search.trial_log import TrialLog

_log = logging.getLogger(__name__)

# On a busy machine the budget may be spent before the search begins. "No signal" may be said only
# after a real model was compared with the constant one.
_ALWAYS = ("dummy", "linear")
_LEAST_S = 3.0
_FAIR = 1.5
_MOST_OF_LEFT = 0.35
_MOST_OF_VARIANT = 0.2
_VARIANTS_PART, _OTHERS_PART = 0.35, 0.15
_GRACE_S = 0.5
_KEPT_CANDIDATES = 4
_MOST_FINALISTS = 10
_LEAST_FINALISTS = 5
_NARROWEST = 4
_BEST_FAMILIES = 3
_MOST_PROPOSALS = 300
_PATIENCE, _PATIENCE_OF_S = 8, 5.0
_WITH_MODELS = 30
_ENOUGH_ROWS, _ENOUGH_FOR_S = 2_500, 60.0


class Search:
    """The state of a search.

    Args:
        spec: The pipeline (families, metric).
        cache: Features and target by fold.
        budget: The budget.
        rows: How many rows the refit at the end will have.
        frame: How raw columns become features; made ones are added to it.
        parallel_fits: How many fits run at a time.
        trial_log: What an earlier search on the same rows has finished.
    """

    def __init__(
        self,
        spec: PipelineSpec,
        cache: FoldCache,
        budget: TimeBudget,
        rows: int,
        frame: list[FrameEntry] | None = None,
        parallel_fits: int = 1,
        trial_log: TrialLog | None = None,
    ) -> None:
        self.spec, self.cache, self.budget, self.rows = spec, cache, budget, rows
        self.parallel_fits, self.frame = parallel_fits, frame or []
        self.trial_log = trial_log or TrialLog(None)
        self.metric: MetricName = spec.metric
        self.folds = len(cache.problem.folds)
        self.comparison_folds = _enough(spec, cache.problem, budget.budget_s)
        self.results: list[CvResult] = []
        self.skipped: list[str] = []
        self.crosses: list[FrameEntry] = []
        self.n_proposals = self.proposals_without_gain = 0
        self.haste = haste_of(cache.problem, budget.budget_s)

    def run(self) -> list[CvResult]:
        """Search until nothing is left to do or the time is over; results in order of trying."""
        candidates = portfolio(self.spec, self.cache.problem, self.haste)
        self._first_folds([c for c in candidates if c.first], part=1.0)
        if any(not c.first for c in candidates):
            self.crosses = add_crosses(self.cache, self.frame, self.results, self.trial_log.crosses)
            self.trial_log.record_crosses(self.crosses)
            candidates = portfolio(self.spec, self.cache.problem, self.haste)
            variants = [c for c in candidates if not c.first]
            best = self._best_families()
            self._first_folds([c for c in variants if c.family in best], _VARIANTS_PART)
            self._first_folds([c for c in variants if c.family not in best], _OTHERS_PART)
        if self.skipped:
            _log.info("not started, no time was left: %s", ", ".join(self.skipped))
        self._restore_proposals()
        run_parallel(self.parallel_fits, self._next)
        for result in self.results:
            if result.folds_done > 1 and result.candidate.family != "dummy":
                self._tell(result)
        return self.results

    def _first_folds(self, candidates: list[Candidate], part: float) -> None:
        """Run one fold of each in a part of the time that is left, unless too little is.

        The first two run in any case.
        """
        left = list(candidates)
        # Variants are a luxury beside a refit on all rows; one of each family is not.
        kept = 0.0 if part == 1.0 else self.reserve.for_refit(self._best())
        floor = max(0.2, (self.reserve.room(self._best()) - kept) * (1 - part))

        def take() -> FitTask | None:
            while left:
                candidate = left.pop(0)
                room = self.reserve.room(self._best()) - kept
                if candidate.name not in _ALWAYS and room <= floor:
                    self.skipped.append(candidate.name)
                    continue
                result = self.trial_log.restore(candidate, self.cache)
                self.results.append(result)
                if result.folds_done:
                    self._tell(result)
                    continue
                if candidate.family == "dummy":
                    self._constant(result)
                    continue
                # A little more than a fair share each, since most need less.
                fair = _FAIR * self.parallel_fits / (len(left) + 2)
                each = min(_MOST_OF_LEFT, fair) if candidate.first else _MOST_OF_VARIANT
                at_least = _LEAST_S if candidate.name in _ALWAYS else 0.1
                return self._work(result, time.time() + max(at_least, each * room), tell=True)
            return None

        run_parallel(self.parallel_fits, take)

    def _best_families(self) -> list[str]:
        """The three families that did best so far: their variants are the most promising ones."""
        ranked = [r.candidate.family for r in self.ranked(minimum=1)]
        return list(dict.fromkeys(f for f in ranked if f != "dummy"))[:_BEST_FAMILIES]

    def _constant(self, result: CvResult) -> None:
        """The constant model takes no time: all its folds at once."""
        deadline = time.time() + 5.0
        for fold in range(self.folds):
            add_fold(result, run_fold(result.candidate, fold, self.cache, self.metric, deadline))

    def _restore_proposals(self) -> None:
        """Take over what an earlier search had proposed and finished."""
        known = {result.candidate.name for result in self.results}
        for candidate in self.trial_log.candidates():
            if candidate.name not in known and adaptive(self.spec):
                result = self.trial_log.restore(candidate, self.cache)
                result.proposal = True
                if result.folds_done:
                    self.results.append(result)
                self.n_proposals += 1

    def _next(self) -> FitTask | None:
        """The next fold of a good candidate, else the first fold of a new one."""
        for fold in range(1, self.comparison_folds):
            for result in self.ranked(minimum=fold)[: self._width(fold)]:
                if result.candidate.family == "dummy" or result.folds_done > fold or result.busy:
                    continue
                # A fold may take somewhat longer than the one before; better not to start it.
                if result.note or not self._affordable(result.fold_seconds):
                    continue
                return self._work(result, self.budget.deadline(0.5, 0.1))
        work = self._propose()
        return WAIT if work is None and any(r.busy for r in self.results) else work

    def _width(self, fold: int) -> int:
        """How many go on to a fold: fewer each time, and as many as can go through all of them."""
        most = max(_LEAST_FINALISTS, _MOST_FINALISTS - 2 * (fold - 1))
        best = [r for r in self.ranked(minimum=1) if r.candidate.family != "dummy"][:most]
        seconds = (
            sum(r.fold_seconds for r in best) / max(1, len(best)) * (self.comparison_folds - fold)
        )
        time_left = self.reserve.room(self._best()) - self.reserve.for_refit(self._best())
        fitting = int(max(0.0, time_left) * self.parallel_fits / max(seconds, 1e-3))
        return max(_NARROWEST, min(most * (2 if self.parallel_fits > 1 else 1), fitting))

    @property
    def comparison_rows(self) -> int:
        """How many rows are held out by the folds that candidates are to be compared on."""
        return sum(len(valid) for _, valid in self.cache.problem.folds[: self.comparison_folds])

    def _propose(self) -> FitTask | None:
        """A new candidate, unless the last ones brought nothing, or time is short."""
        if not adaptive(self.spec) or self.exhausted or self.n_proposals > _MOST_PROPOSALS:
            return None
        ranked = [r for r in self.ranked(minimum=1) if r.candidate.family != "dummy"]
        affordable = self._affordable_families(ranked)
        ranked = [r for r in ranked if r.candidate.family in affordable]
        candidate = propose(ranked, self.n_proposals, self.cache.problem.seed, self.haste)
        if candidate is None:
            return None
        self.n_proposals += 1
        self.proposals_without_gain += 1
        result = new_result(candidate, self.cache)
        result.proposal = True
        self.results.append(result)
        return self._work(result, self.budget.deadline(0.2, 0.1))

    @property
    def exhausted(self) -> bool:
        """Whether it ends before its time, since new candidates bring nothing any more."""
        patience = _PATIENCE + int(self.budget.budget_s / _PATIENCE_OF_S)
        return self.proposals_without_gain > patience

    def _affordable_families(self, ranked: list[CvResult]) -> set[str]:
        """Those of which one more candidate can go through all folds before the refit."""
        paces: dict[str, list[float]] = {}
        for result in ranked:
            paces.setdefault(result.candidate.family, []).append(result.fold_seconds)
        shares = {
            family: sum(paces[family]) / len(paces[family]) / self.parallel_fits for family in paces
        }
        return {
            family for family in shares if self._affordable(self.comparison_folds * shares[family])
        }

    @property
    def reserve(self) -> TimeReserve:
        """What is set aside for the end."""
        return TimeReserve(
            self.budget, self.rows, self.rows - len(self.cache.problem.y), self.parallel_fits
        )

    def _affordable(self, seconds: float) -> bool:
        return self.reserve.affords(seconds, self._best())

    def _best(self) -> list[CvResult]:
        """The candidates that the mixture is most likely to consist of."""
        return [r for r in self.finalists() if r.folds_done][:_KEPT_CANDIDATES]

    def ranked(self, minimum: int) -> list[CvResult]:
        """Results with at least `minimum` folds, best mean over these folds first (stable)."""
        sign = 1.0 if GREATER_IS_BETTER[self.metric] else -1.0
        usable = [r for r in self.results if r.score_on(minimum) is not None]
        return sorted(usable, key=lambda r: -sign * float(r.score_on(minimum) or 0.0))

    def finalists(self) -> list[CvResult]:
        """The candidates among which is chosen, best first, all compared on the same folds.

        These are as many folds as three candidates have got through (or as many as there are, or
        as are enough).
        The constant model stands alone where no other is better, and is no part of a ensemble.
        """
        done = sorted(
            (
                r.folds_done
                for r in self.results
                if r.candidate.family != "dummy" and r.score is not None
            ),
            reverse=True,
        )
        if not done:
            return self.results[:1]
        ranked = self.ranked(minimum=min(self.comparison_folds, done[min(2, len(done) - 1)]))
        if ranked[0].candidate.family == "dummy":
            return ranked[:1]
        return [r for r in ranked if r.candidate.family != "dummy" and not r.released]

    def _work(self, result: CvResult, deadline: float, *, tell: bool = False) -> FitTask:
        """The next fold of a candidate as work for a lane."""
        hard = max(self.budget.left_s, deadline - time.time(), 1.0) + _GRACE_S
        candidate, fold = result.candidate, result.folds_done
        result.busy = True

        def finish(run: FoldRun | None, error: Exception | None, seconds: float) -> None:
            result.busy = False
            if run is None:
                result.note = f"{type(error).__name__}: {error}"[:300]
                result.failed = result.folds_done == 0
                result.seconds += seconds
            else:
                add_fold(result, run)
                self.trial_log.tell(candidate, fold, run)
                self._weigh(result)
            if tell:
                self._tell(result)

        return FitTask(
            lambda: run_fold(candidate, fold, self.cache, self.metric, deadline), hard, finish
        )

    def _weigh(self, result: CvResult) -> None:
        """Count what the proposals bring, and forget the models that cannot be chosen."""
        ranked = self.ranked(minimum=result.folds_done)
        ready = result.proposal and result.folds_done == self.comparison_folds
        if ready and ranked.index(result) < _LEAST_FINALISTS:
            self.proposals_without_gain = 0
        for worse in [r for r in ranked if not (r.released or r.busy)][_WITH_MODELS:]:
            # One that went further was compared on more rows, and stays whatever these few say.
            if worse.folds_done == result.folds_done and worse.candidate.family != "dummy":
                worse.release()

    def _tell(self, result: CvResult) -> None:
        number = self.results.index(result) + 1
        name, seconds = result.candidate.name, result.seconds
        if result.score is None or result.note:
            _log.info("trial %d %s: %s (%.1f s)", number, name, result.note or "no score", seconds)
            return
        _log.info(
            "trial %d %s: %s %.4f on %d of %d folds (%.1f s)",
            number, name, self.metric, result.score, result.folds_done, self.folds, seconds,
        )  # fmt: skip


def _enough(spec: PipelineSpec, problem: Problem, budget_s: float) -> int:
    """The fewest folds that hold out enough rows to tell candidates apart; all, if none do.

    More folds would leave less time for more candidates: on large tables that costs more. A long
    search has the time, and needs more rows: the best of many is more likely to be so by chance.
    Rows of one period, one group or one fold of the user are alike, so these folds are all needed.
    """
    if spec.split.kind != "hash":
        return len(problem.folds)
    rows = _ENOUGH_ROWS * max(1.0, budget_s / _ENOUGH_FOR_S)
    held_out = np.cumsum([len(valid) for _, valid in problem.folds])
    return min(len(held_out), int(np.searchsorted(held_out, rows)) + 1)
