"""Choose the form on the folds: each is fitted fold by fold, as the candidates of a search are."""

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import LOG
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.readable_twin.forms import CONSTRAINTS, Form, readable_forms
from pipeweave_dagster.core.training.readable_twin.pairs import Pair, constraints, strongest_pairs
from pipeweave_dagster.core.training.search.cv_result import (
    CvResult,
    FoldRun,
    add_fold,
    new_result,
    run_fold,
)
from pipeweave_dagster.core.training.search.parallel_fits import WAIT, FitTask, run_parallel
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY


@dataclass
class Choice:
    """What was tried on the folds.

    Attributes:
        forms: In order of trying.
        results: Their results, in the same order.
        metric: What they are compared by.
        folds: How many folds are enough.
    """

    forms: list[Form]
    results: list[CvResult]
    metric: MetricName
    folds: int
    _order: list[int] = field(default_factory=list)

    def best_first(self) -> list[tuple[Form, CvResult]]:
        """Return the forms that have a score, best first on the folds that all of them have done.

        The simplest comes first among equals. Forms without a single fold are left out.
        """
        sign = 1.0 if GREATER_IS_BETTER[self.metric] else -1.0
        done = [k for k, result in enumerate(self.results) if result.score is not None]
        shared = min((self.results[k].folds_done for k in done), default=0)
        order = sorted(done, key=lambda k: -sign * float(self.results[k].score_on(shared) or 0.0))
        return [(self.forms[k], self.results[k]) for k in order]


def choose_form(cache: FoldCache, metric: MetricName, pace: Pace, parallel_fits: int) -> Choice:
    """Fit each form on the fewest folds that hold out enough rows, or on as many as there is time.

    Args:
        cache: The folds of the training rows; no test row is in it.
        metric: What the forms are compared by.
        pace: Time limit.
        parallel_fits: Number of parallel fits.
    """
    problem = cache.problem
    held_out = np.cumsum([len(valid) for _, valid in problem.folds])
    enough = int(np.searchsorted(held_out, DEFAULT_POLICY.comparison_rows)) + 1
    forms = readable_forms(problem)
    results = [new_result(form.candidate, cache) for form in forms]
    choice = Choice(forms, results, metric, min(len(held_out), enough))
    waiting = deque((fold, k) for fold in range(choice.folds) for k in range(len(forms)))

    def take() -> FitTask | None:
        while waiting and not pace.is_cut:
            fold, k = waiting[0]
            if results[k].folds_done < fold and not results[k].note:
                return WAIT  # its fold before is being fitted
            waiting.popleft()
            if results[k].note or not pace.fits():
                continue
            return _fit_task(forms[k], fold, results[k], cache, choice.metric, pace)
        return None

    run_parallel(parallel_fits, take)
    return choice


def with_constraints(
    form: Form, cache: FoldCache, fold: int, deadline: float
) -> tuple[Candidate, list[Pair]]:
    """Return the candidate for the rows of a fold, and the pairs that these rows chose."""
    candidate = form.candidate
    if not form.is_trees:
        return candidate, []
    pairs: list[Pair] = []
    if form.has_pairs:
        logged = bool(candidate.params.get(LOG))
        pairs = strongest_pairs(cache, fold, deadline, log_target=logged)
    data = cache.get(candidate.view, fold)
    sets = constraints(data.transformer, data.x.shape[1], pairs)
    return replace(candidate, params={**candidate.params, CONSTRAINTS: sets}), pairs


def _fit_task(
    form: Form, fold: int, result: CvResult, cache: FoldCache, metric: MetricName, pace: Pace
) -> FitTask:
    """Return one fold of a form as work."""

    def fit() -> FoldRun:
        candidate, _ = with_constraints(form, cache, fold, pace.deadline)
        return run_fold(candidate, fold, cache, metric, pace.deadline)

    def finish(run: FoldRun | None, error: Exception | None, seconds: float) -> None:
        del seconds
        if run is None:
            result.fail(error)
        else:
            add_fold(result, run)
            result.members.clear()  # only the scores are needed

    left_s = max(0.0, pace.deadline - pace.now())
    return FitTask(fit, left_s + DEFAULT_POLICY.timeout_grace_s, finish)
