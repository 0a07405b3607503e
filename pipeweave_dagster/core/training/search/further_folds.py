"""Choose the next fit: a further fold of a good candidate, or a new candidate near the best."""

from pipeweave_dagster.core.training.search.cv_result import CvResult, new_result
from pipeweave_dagster.core.training.search.parallel_fits import WAIT, FitTask
from pipeweave_dagster.core.training.search.portfolio import adaptive
from pipeweave_dagster.core.training.search.proposals import propose
from pipeweave_dagster.core.training.search.search import Search


def next_task(search: Search) -> FitTask | None:
    """Return the next fold of a good candidate, else the first fold of a new one, else None."""
    policy, budget = search.policy, search.budget
    for fold in range(1, search.comparison_folds):
        for result in _going_on(search, fold):
            if result.is_baseline or result.folds_done > fold or result.busy or result.note:
                continue
            # A fold may take somewhat longer than the one before; better not to start it.
            if search.can_afford(result.fold_seconds):
                deadline = budget.deadline(policy.further_fold_share, policy.least_fit_s)
                return search.fold_task(result, deadline)
    task = propose_task(search)
    return WAIT if task is None and any(r.busy for r in search.results) else task


def _going_on(search: Search, fold: int) -> list[CvResult]:
    """Return the candidates that go on to a fold: fewer each time, as many as there is time for.

    If there is time for more, the best ones of further families follow.
    """
    policy, ranking = search.policy, search.ranking
    ranked = ranking.best_first(fold)
    most, affordable = _widths(search, fold)
    best = ranked[: max(policy.min_width, min(most, affordable))]
    taken = {id(result) for result in best}
    others = [r for r in ranking.family_leaders(fold) if id(r) not in taken]
    return best + others[: max(0, affordable - len(best))]


def _widths(search: Search, fold: int) -> tuple[int, int]:
    """Return how many candidates may go on to a fold, and how many there is time for."""
    policy, ranking = search.policy, search.ranking
    fewer = policy.finalists_less_per_fold * (fold - 1)
    most = max(policy.min_finalists, policy.max_finalists - fewer)
    best = ranking.models_best_first(1)[:most]
    mean_s = sum(r.fold_seconds for r in best) / max(1, len(best))
    seconds = mean_s * (search.comparison_folds - fold)
    likely = ranking.likely_members()
    left_s = search.reserve.left_s(likely) - search.reserve.for_refit(likely)
    affordable = int(max(0.0, left_s) * search.parallel_fits / max(seconds, 1e-3))
    most *= 2 if search.parallel_fits > 1 else 1
    return most, affordable


def propose_task(search: Search) -> FitTask | None:
    """Return the first fold of a new candidate; None without time, or if the last brought no gain.

    The new candidate's family must be quick enough to do all folds before the refit.
    """
    policy = search.policy
    too_many = search.n_proposals > policy.max_proposals
    if not adaptive(search.spec) or search.exhausted or too_many:
        return None
    ranked = search.ranking.models_best_first(1)
    affordable = _affordable_families(search, ranked)
    ranked = [r for r in ranked if r.candidate.family in affordable]
    candidate = propose(ranked, search.n_proposals, search.cache.problem.seed, search.rate_scale)
    if candidate is None:
        return None
    search.n_proposals += 1
    search.proposals_without_gain += 1
    result = new_result(candidate, search.cache)
    result.is_proposal = True
    search.add(result)
    deadline = search.budget.deadline(policy.proposal_share, policy.least_fit_s)
    return search.fold_task(result, deadline)


def _affordable_families(search: Search, ranked: list[CvResult]) -> set[str]:
    """Return the families of which one more candidate can do all folds before the refit."""
    seconds: dict[str, list[float]] = {}
    for result in ranked:
        seconds.setdefault(result.candidate.family, []).append(result.fold_seconds)
    means = {f: sum(s) / len(s) / search.parallel_fits for f, s in seconds.items()}
    return {f for f in means if search.can_afford(search.comparison_folds * means[f])}
