"""Fit the first fold of each candidate, as far as there is time."""

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import GROUPED
from pipeweave_dagster.core.training.search.cv_result import CvResult, add_fold, run_fold
from pipeweave_dagster.core.training.search.learning_rate import (
    can_learn_faster,
    with_scaled_rate,
)
from pipeweave_dagster.core.training.search.parallel_fits import FitTask, run_parallel
from pipeweave_dagster.core.training.search.search import Search

_BASELINE_S = 5.0
"""Deadline of a baseline fold, which takes milliseconds."""


def run_first_folds(search: Search, candidates: list[Candidate], part: float) -> None:
    """Fit one fold of each candidate in a part of the time that is left.

    Candidates that there is no time for are skipped, except those that are always tried.

    Args:
        search: Gets the results.
        candidates: In order of trying.
        part: Fraction of the time that is left; 1.0 for the first candidate of each family.
    """
    policy, waiting = search.policy, list(candidates)
    best = search.ranking.likely_members()
    # Variants are a luxury beside a refit on all rows; one candidate of each family is not.
    kept_s = 0.0 if part == 1.0 else search.reserve.for_refit(best)
    floor_s = max(policy.least_start_s, (search.reserve.left_s(best) - kept_s) * (1 - part))

    def next_task() -> FitTask | None:
        while waiting:
            search.learn_faster()
            candidate = with_scaled_rate(waiting.pop(0), search.rate_scale)
            left_s = search.reserve.left_s(search.ranking.likely_members()) - kept_s
            if not _always_tried(search, candidate) and left_s <= floor_s:
                search.skipped.append(candidate.name)
                continue
            result = search.trial_log.restore(candidate, search.cache)
            search.add(result)
            if result.folds_done:
                search.log_result(result)
            elif result.is_baseline:
                _run_all_folds(search, result)
            else:
                deadline = search.budget.now() + _seconds_for(search, candidate, left_s, waiting)
                return search.fold_task(result, deadline, log=True)
        return None

    run_parallel(search.parallel_fits, next_task)


def _seconds_for(
    search: Search, candidate: Candidate, left_s: float, waiting: list[Candidate]
) -> float:
    """Return a little more than a fair share of the time left, since most need less."""
    policy = search.policy
    fair = policy.fair_share * search.parallel_fits / (len(waiting) + 2)
    # A test has shown that groups matter, so such a variant may win like a new family.
    is_likely = candidate.is_default or candidate.params.get(GROUPED)
    is_short = candidate.is_default and not search.learns_faster and can_learn_faster(candidate)
    largest = policy.boosting_share if is_short else policy.largest_share
    share = min(largest, fair) if is_likely else policy.largest_variant_share
    always = _always_tried(search, candidate)
    return max(policy.always_tried_s if always else policy.least_fit_s, share * left_s)


def _always_tried(search: Search, candidate: Candidate) -> bool:
    """Return whether a candidate is tried on a spent budget: only while there is no model yet."""
    has_model = any(r.score is not None and not r.is_baseline for r in search.results)
    may_wait = has_model and candidate.family != "dummy"
    return candidate.name in search.policy.always_tried and not may_wait


def _run_all_folds(search: Search, result: CvResult) -> None:
    """Fit the baseline on all folds at once: it takes no time."""
    deadline = search.budget.now() + _BASELINE_S
    for fold in range(search.folds):
        run = run_fold(result.candidate, fold, search.cache, search.metric, deadline)
        add_fold(result, run)
