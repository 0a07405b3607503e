"""The chosen candidates fitted on all rows."""

import logging
import time
from dataclasses import dataclass, field, replace

from pipeweave_dagster.core.documents import Member
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.ensemble.bundle import FittedMember, recipe_of
from pipeweave_dagster.core.training.ensemble.fold_models import MAX_MEMBERS
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.greedy_selection import Weighted
from pipeweave_dagster.core.training.search.parallel_fits import FitTask, run_parallel
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy
from pipeweave_dagster.core.training.search.refit_time import (
    affordable_models,
    expected_refit_s,
    refit_seconds,
)

_log = logging.getLogger(__name__)

_FURTHER_SEED_MARGIN = 1.5


def refit(
    weighted: Weighted,
    cache: FoldCache,
    budget: TimeBudget,
    parallel_fits: int = 1,
    store_s: float = 0.0,
    policy: SearchPolicy = DEFAULT_POLICY,
) -> list[FittedMember] | None:
    """Fit the chosen candidates on all rows, with the rounds that the folds found best.

    Families with random draws are fitted with several seeds and averaged, if time allows.

    Args:
        weighted: The chosen candidates.
        cache: All rows.
        budget: The budget.
        parallel_fits: Number of parallel fits.
        store_s: Seconds that writing one model took; the budget's reserve, which is for what
            follows the refit, must suffice for all.
        policy: Thresholds of the search.

    Returns:
        Members (without the lightest ones, where time did not suffice for them), or None if less
        than half of the weight could be fitted; then none of it is used.
    """
    rows = len(cache.problem.y)
    # The expectation is conservative, and each fit watches the deadline by itself.
    if refit_seconds(weighted, rows) / parallel_fits > policy.slower_fit * budget.left_s:
        return None
    done = _Refitted()
    seeds = _seeds(weighted, budget, store_s, policy)
    order = [(index, seed) for seed in range(seeds) for index in range(len(weighted))]

    def take() -> FitTask | None:
        while order:
            index, seed = order.pop(0)
            result = weighted[index][0]
            # After one fit on all rows, the time it took is the best estimate.
            known = done.took.get(index)
            seconds = expected_refit_s(result, rows) if known is None else policy.slower_fit * known
            is_seeded = FAMILIES[result.candidate.family].is_seeded
            if seed and (not is_seeded or _FURTHER_SEED_MARGIN * seconds > budget.left_s):
                continue
            if seed == 0 and policy.hopeful_fit * seconds > budget.left_s:
                done.failed.append(result.candidate.name)
                continue
            return _work(index, seed, result, cache, budget, done)
        return None

    run_parallel(parallel_fits, take)
    if done.failed:
        _log.warning("not fitted on all rows: %s", ", ".join(done.failed))
    share = sum(weight for index, (_, weight) in enumerate(weighted) if (index, 0) in done.fitted)
    return _averaged(weighted, done.fitted, share) if share >= policy.min_weight_kept else None


def _seeds(weighted: Weighted, budget: TimeBudget, store_s: float, policy: SearchPolicy) -> int:
    """Return the number of seeds per candidate that can be stored and can predict in time."""
    storable = int(budget.reserve_s / max(store_s * len(weighted), 1e-9))
    seeds = min(
        policy.max_seeds,
        MAX_MEMBERS // len(weighted),
        affordable_models(weighted, 0, budget.reserve_s / policy.output_part),
    )
    return max(1, min(seeds, storable))


@dataclass
class _Refitted:
    """Members on all rows by candidate and seed, seconds by candidate, and names that failed."""

    fitted: dict[tuple[int, int], FittedMember] = field(default_factory=dict)
    took: dict[int, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def _work(
    index: int, seed: int, result: CvResult, cache: FoldCache, budget: TimeBudget, done: _Refitted
) -> FitTask:
    """Return one fit on all rows as work; only a failure of the first seed matters."""

    def finish(member: FittedMember | None, error: Exception | None, seconds: float) -> None:
        if member is not None:
            done.fitted[index, seed] = member
            done.took[index] = seconds
        elif seed == 0:
            done.failed.append(f"{result.candidate.name}: {error}")

    recipe = recipe_of(result, 0.0, -1, seed, rounds_for_all_rows(result), result.smearing_factor)
    return FitTask(
        lambda: fit_member(recipe, cache, time.monotonic() + budget.left_s), budget.left_s, finish
    )


def rounds_for_all_rows(result: CvResult) -> int | None:
    """Return the rounds for all rows, which are more than those of a fold."""
    growth = FAMILIES[result.candidate.family].refit_growth
    if result.rounds is None or growth == 1.0:
        return result.rounds
    return max(1, round(result.rounds * growth))


def fit_member(recipe: Member, cache: FoldCache, deadline: float) -> FittedMember:
    """Fit one member of the model by its recipe."""
    candidate = Candidate(recipe.name, recipe.family, recipe.params)
    data = cache.get(candidate.view, recipe.fold)
    rows = cache.rows(candidate.view, data, recipe.rounds)
    rows = replace(rows, seed=cache.problem.seed + recipe.seed)
    if recipe.rounds is not None:
        rows = replace(rows, x_valid=None, y_valid=None)
    fit = fit_candidate(candidate, rows, deadline, recipe.smearing)
    if fit.cut:
        _log.info("the fit of %s was cut short by the deadline", recipe.name)
    rounds = fit.rounds if fit.cut else recipe.rounds
    return FittedMember(recipe.model_copy(update={"rounds": rounds}), fit, data)


def _averaged(
    weighted: Weighted, fitted: dict[tuple[int, int], FittedMember], total: float
) -> list[FittedMember]:
    """Return the members with weights that sum to 1; the seeds of a candidate share its weight."""
    members = []
    for index, (_, weight) in enumerate(weighted):
        own = [fitted[key] for key in sorted(fitted) if key[0] == index]
        for member in own:
            recipe = member.recipe.model_copy(update={"weight": weight / total / len(own)})
            members.append(member._replace(recipe=recipe))
    return members
