"""From the chosen candidates to the members of the model files."""

import logging
import time
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pipeweave_dagster.core.documents import Member, MetricName
from pipeweave_dagster.core.training.data.fold_features import FoldCache, FoldData
from pipeweave_dagster.core.training.ensemble.bundle import member
from pipeweave_dagster.core.training.families import Fit
from pipeweave_dagster.core.training.families.candidate import ALL_ROWS, Candidate, fit_candidate
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult, FoldRun, add_fold, run_fold
from pipeweave_dagster.core.training.search.greedy_selection import Weighted
from pipeweave_dagster.core.training.search.parallel_fits import FitTask, run_parallel
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster.core.training.search.refit_time import (
    affordable_models,
    expected_refit_s,
    refit_seconds,
)

_log = logging.getLogger(__name__)

_MORE_ROUNDS = 1.1
_SEEDS = 5
_WELL = 1.5
_MOST_PARTS = 16
_LEAST_FOLDS = 2
_BIG_FOREST_ROWS = 5_000
_FORESTS = ("random_forest", "extra_trees")
_BOOSTERS = ("lightgbm", "xgboost", "catboost")
_SEEDED = (*_BOOSTERS, "mlp")


class Part(NamedTuple):
    """A fitted member of the model, and the recipe by which it can be fitted again."""

    recipe: Member
    fit: Fit
    data: FoldData

    @property
    def bundled(self) -> dict[str, Any]:
        """What the model file holds of it."""
        return member(self.fit, self.data, self.recipe.weight)


def complete(weighted: Weighted, cache: FoldCache, metric: MetricName, budget: TimeBudget) -> None:
    """Fit again the models of folds that an earlier run had done and whose models are gone."""
    for result, _ in weighted:
        most = max(_LEAST_FOLDS, _MOST_PARTS // len(weighted))
        for fold in range(len(result.members), min(most, result.folds_done)):
            deadline = budget.deadline(0.5, 1.0)
            run = run_fold(result.candidate, fold, cache, metric, deadline)
            result.members.append((run.fit, run.data))


def fold_parts(weighted: Weighted, test_rows: int, room_s: float) -> list[Part]:
    """The models of the folds, as they are: each row was unseen by one of them, test rows by all.

    Of large forests only two are taken, since each is large; and of many candidates the first
    folds, so that the model stays of a size that is quickly written and asked.

    Args:
        weighted: The chosen candidates.
        test_rows: How many rows the models are to answer for.
        room_s: Seconds kept for that, and for writing the files.
    """
    parts = []
    most = max(_LEAST_FOLDS, _MOST_PARTS // len(weighted))
    most = max(1, min(most, affordable_models(weighted, test_rows, room_s)))
    for result, weight in weighted:
        fits = result.members[:most]
        if result.candidate.family in _FORESTS and len(result.oof) > _BIG_FOREST_ROWS:
            fits = fits[:2]
        for fold, (fit, data) in enumerate(fits):
            rounds = fit.rounds if fit.cut else None
            parts.append(Part(_recipe(result, weight / len(fits), fold, 0, rounds), fit, data))
    return parts


def _recipe(result: CvResult, weight: float, fold: int, seed: int, rounds: int | None) -> Member:
    candidate = result.candidate
    return Member(
        name=candidate.name,
        family=candidate.family,
        params=candidate.params,
        weight=weight,
        fold=fold,
        seed=seed,
        rounds=rounds,
    )


def more_folds(
    weighted: Weighted,
    cache: FoldCache,
    metric: MetricName,
    budget: TimeBudget,
    parallel_fits: int = 1,
    end_s: float = 0.0,
) -> None:
    """Fit the chosen candidates on the folds that the search did not come to (in place).

    Args:
        weighted: The chosen candidates.
        cache: The folds.
        metric: Scores them.
        budget: The budget; `end_s` of it are left alone beside its reserve.
        parallel_fits: How many fits at a time.
        end_s: What answers and files take beyond the reserve.
    """
    folds = len(cache.problem.folds)
    left = [result for result, _ in sorted(weighted, key=lambda pair: -pair[1])]

    def take() -> FitTask | None:
        while left:
            result = left.pop(0)
            affordable = DEFAULT_POLICY.slower_fit * result.fold_seconds + end_s < budget.left_s
            if (
                result.folds_done >= folds
                or result.candidate.params.get(ALL_ROWS)
                or not affordable
            ):
                continue
            deadline = time.time() + budget.left_s - end_s
            return _further_fold(result, cache, metric, deadline, left)
        return None

    run_parallel(parallel_fits, take)


def _further_fold(
    result: CvResult, cache: FoldCache, metric: MetricName, deadline: float, left: list[CvResult]
) -> FitTask:
    def finish(run: FoldRun | None, error: Exception | None, seconds: float) -> None:
        del error, seconds
        if run is not None:
            add_fold(result, run)
            left.append(result)

    return FitTask(
        lambda: run_fold(result.candidate, result.folds_done, cache, metric, deadline),
        max(0.5, deadline - time.time()),
        finish,
    )


def refit(
    weighted: Weighted,
    cache: FoldCache,
    budget: TimeBudget,
    parallel_fits: int = 1,
    store_s: float = 0.0,
) -> list[Part] | None:
    """Fit the chosen candidates on all rows, with the rounds that the folds found best.

    Those that draw at random are fitted with up to five seeds and averaged, if time allows.

    Args:
        weighted: The chosen candidates.
        cache: All rows.
        budget: The budget.
        parallel_fits: How many fits at a time.
        store_s: Seconds that writing one model took; the clock's reserve is to hold all of them.

    Returns:
        Members (without the lightest ones, where time did not suffice for them), or None if not
        even half of the weight could be fitted; then nothing of it is used.
    """
    rows = len(cache.problem.y)
    # What is expected is on the safe side, and each fit watches the clock by itself.
    if refit_seconds(weighted, rows) / parallel_fits > DEFAULT_POLICY.slower_fit * budget.left_s:
        return None
    done = _Refitted()
    stored = int(DEFAULT_POLICY.output_part * budget.reserve_s / max(store_s * len(weighted), 1e-9))
    seeds = min(
        _SEEDS, _MOST_PARTS // len(weighted), affordable_models(weighted, 0, budget.reserve_s)
    )
    seeds = max(1, min(seeds, stored))
    order = [(index, seed) for seed in range(seeds) for index in range(len(weighted))]

    def take() -> FitTask | None:
        while order:
            index, seed = order.pop(0)
            result = weighted[index][0]
            # Once it was fitted on all rows, what that took is the best guess.
            known = done.took.get(index)
            seconds = (
                expected_refit_s(result, rows)
                if known is None
                else DEFAULT_POLICY.slower_fit * known
            )
            if seed and (result.candidate.family not in _SEEDED or _WELL * seconds > budget.left_s):
                continue
            if seed == 0 and DEFAULT_POLICY.hopeful_fit * seconds > budget.left_s:
                done.failed.append(result.candidate.name)
                continue
            return _work(index, seed, result, cache, budget, done)
        return None

    run_parallel(parallel_fits, take)
    if done.failed:
        _log.warning("not fitted on all rows: %s", ", ".join(done.failed))
    share = sum(weight for index, (_, weight) in enumerate(weighted) if (index, 0) in done.fitted)
    return (
        _averaged(weighted, done.fitted, share) if share >= DEFAULT_POLICY.min_weight_kept else None
    )


@dataclass
class _Refitted:
    """Members on all rows by candidate and seed, seconds by candidate, and names that failed."""

    fitted: dict[tuple[int, int], Part] = field(default_factory=dict)
    took: dict[int, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def _work(
    index: int, seed: int, result: CvResult, cache: FoldCache, budget: TimeBudget, done: _Refitted
) -> FitTask:
    """One fit on all rows; only a failure of the first seed matters."""

    def finish(part: Part | None, error: Exception | None, seconds: float) -> None:
        if part is not None:
            done.fitted[index, seed] = part
            done.took[index] = seconds
        elif seed == 0:
            done.failed.append(f"{result.candidate.name}: {error}")

    rounds = _rounds(result)
    recipe = _recipe(result, 0.0, -1, seed, rounds)
    return FitTask(
        lambda: fit_part(recipe, cache, time.time() + budget.left_s), budget.left_s, finish
    )


def _rounds(result: CvResult) -> int | None:
    rounds = result.rounds
    if rounds is None or result.candidate.family in (*_FORESTS, "linear"):
        return rounds
    return max(1, round(rounds * _MORE_ROUNDS))


def fit_part(recipe: Member, cache: FoldCache, deadline: float) -> Part:
    """Fit one member of the model as its recipe says."""
    candidate = Candidate(recipe.name, recipe.family, recipe.params)
    data = cache.get(candidate.view, recipe.fold)
    rows = cache.rows(candidate.view, data, recipe.rounds)
    rows = replace(rows, seed=cache.problem.seed + recipe.seed)
    if recipe.rounds is not None:
        rows = replace(rows, x_valid=None, y_valid=None)
    fit = fit_candidate(candidate, rows, deadline)
    if fit.cut:
        _log.info("the fit of %s was cut short by time", recipe.name)
    return Part(recipe.model_copy(update={"rounds": fit.rounds if fit.cut else recipe.rounds}),
                fit, data)  # fmt: skip


def _averaged(weighted: Weighted, fitted: dict[tuple[int, int], Part], total: float) -> list[Part]:
    """All seeds of a candidate share its weight; the weights that are there sum to 1."""
    parts = []
    for index, (_, weight) in enumerate(weighted):
        own = [fitted[key] for key in sorted(fitted) if key[0] == index]
        for part in own:
            recipe = part.recipe.model_copy(update={"weight": weight / total / len(own)})
            parts.append(part._replace(recipe=recipe))
    return parts
