"""Search for models: candidates in a fixed order, each fit only if there is time for it.

First every candidate runs on one fold, so that a short budget compares all of them on the same
rows; then the best of them run on the other folds, best first, until the choice rests on enough
rows (all of a small table, as far as time allows). The rest of the time goes to new candidates
near the best ones.
"""

import logging
from functools import partial

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import GROUPED
from pipeweave_dagster.core.training.search.cross_choice import add_crosses
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.first_folds import run_first_folds
from pipeweave_dagster.core.training.search.further_folds import next_task
from pipeweave_dagster.core.training.search.group_choice import add_group_features
from pipeweave_dagster.core.training.search.parallel_fits import run_parallel
from pipeweave_dagster.core.training.search.portfolio import adaptive, portfolio
from pipeweave_dagster.core.training.search.search import Search

_log = logging.getLogger(__name__)
_MOST_NAMED = 6


def run_search(search: Search) -> list[CvResult]:
    """Search until nothing is left to try or the time is over; results in order of trying."""
    candidates = portfolio(search.spec, search.cache.problem)
    defaults = [c for c in candidates if c.is_default]
    run_first_folds(search, defaults, part=1.0)
    unfinished = _unfinished(search, defaults)
    if search.extend(short=bool(unfinished)):
        if unfinished:
            _log.info("tried again with more time: %s", ", ".join(c.name for c in unfinished))
        _forget(search, unfinished)
        run_first_folds(search, unfinished, part=1.0)
    search.learn_faster()
    if slow := _slow(search, defaults):
        _log.info("tried again with a higher learning rate: %s", ", ".join(c.name for c in slow))
        _forget(search, slow)
        run_first_folds(search, slow, part=1.0)
    variants = [c for c in candidates if not c.is_default]
    if search.skipped and search.trial_log.crosses is None:
        # Their features would take time that they would not get themselves.
        search.skipped += [c.name for c in variants]
    elif variants:
        _run_variants(search)
    if search.skipped:
        _log.info("not started for lack of time: %s", _first_of(search.skipped))
    _restore_proposals(search)
    run_parallel(search.parallel_fits, partial(next_task, search))
    if search.extend(short=False):
        run_parallel(search.parallel_fits, partial(next_task, search))
    for result in search.results:
        if result.folds_done > 1 and not result.is_baseline:
            search.log_result(result)
    return search.results


def _first_of(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


def _unfinished(search: Search, candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates that had no time for one complete fit."""
    late = {r.candidate.name for r in search.results if r.out_of_time or r.cut}
    return [c for c in candidates if c.name in late or c.name in search.skipped]


def _slow(search: Search, candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates that took too long and would learn faster by now."""
    slow = {r.candidate.name for r in search.slow_boosting()} if search.learns_faster else set()
    return [c for c in candidates if c.name in slow]


def _forget(search: Search, candidates: list[Candidate]) -> None:
    """Forget what there was of candidates that are tried again."""
    names = {candidate.name for candidate in candidates}
    search.results[:] = [r for r in search.results if r.candidate.name not in names]
    search.skipped[:] = [name for name in search.skipped if name not in names]


def _run_variants(search: Search) -> None:
    """Add feature crosses, then fit the first fold of the variants, best families first."""
    known = search.trial_log.crosses
    crosses = add_crosses(search.cache, search.frame, search.results, search.policy, known)
    search.crosses = crosses + add_group_features(search, known)
    search.trial_log.record_crosses(search.crosses)
    candidates = portfolio(search.spec, search.cache.problem)
    variants = [c for c in candidates if not c.is_default]
    # Groups are tested before, so these candidates are as likely to win as a further family.
    grouped = [c for c in variants if c.params.get(GROUPED)]
    run_first_folds(search, grouped, part=1.0)
    variants = [c for c in variants if c not in grouped]
    best = search.ranking.best_families()
    first = [c for c in variants if c.family in best]
    run_first_folds(search, first, search.policy.best_variants_part)
    others = [c for c in variants if c not in first]
    run_first_folds(search, others, search.policy.other_variants_part)


def _restore_proposals(search: Search) -> None:
    """Restore what an earlier search had proposed and finished."""
    known = {result.candidate.name for result in search.results}
    for candidate in search.trial_log.candidates():
        if candidate.name not in known and adaptive(search.spec):
            result = search.trial_log.restore(candidate, search.cache)
            result.is_proposal = True
            if result.folds_done:
                search.add(result)
            search.n_proposals += 1
