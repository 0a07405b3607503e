"""The models of the folds as members of the ensemble."""

import time

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import with_smearing
from pipeweave_dagster.core.families.search_space import ALL_ROWS
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.ensemble.bundle import FittedMember, recipe_of
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult, FoldRun, add_fold, run_fold
from pipeweave_dagster.core.training.search.greedy_selection import Weighted
from pipeweave_dagster.core.training.search.parallel_fits import FitTask, run_parallel
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY
from pipeweave_dagster.core.training.search.refit_time import affordable_models

MAX_MEMBERS = 16
_MIN_FOLDS = 2
_LARGE_MODEL_ROWS = 5_000


def restore_fold_models(
    weighted: Weighted, cache: FoldCache, metric: MetricName, budget: TimeBudget
) -> None:
    """Fit the folds again whose scores, but not models, an earlier run left (in place)."""
    for result, _ in weighted:
        limit = max(_MIN_FOLDS, MAX_MEMBERS // len(weighted))
        for fold in range(len(result.members), min(limit, result.folds_done)):
            deadline = budget.deadline(0.5, 1.0)
            run = run_fold(result.candidate, fold, cache, metric, deadline)
            result.members.append((run.fit, run.data))


def fold_members(
    weighted: Weighted, test_rows: int, room_s: float, most: int = MAX_MEMBERS
) -> list[FittedMember]:
    """Return the models of the folds: one of them has not seen a given row, none the test rows.

    Of large models only two are taken, and of many candidates the first folds, so that the model is
    quickly written and predicts quickly.

    Args:
        weighted: The chosen candidates.
        test_rows: Number of rows to predict.
        room_s: Seconds reserved for that, and for writing the files.
        most: Models per candidate at most.
    """
    members = []
    limit = min(most, max(_MIN_FOLDS, MAX_MEMBERS // len(weighted)))
    limit = max(1, min(limit, affordable_models(weighted, test_rows, room_s)))
    for result, weight in weighted:
        fits = result.members[:limit]
        if FAMILIES[result.candidate.family].is_large and len(result.oof) > _LARGE_MODEL_ROWS:
            fits = fits[:2]
        for fold, (fit, data) in enumerate(fits):
            rounds = fit.rounds if fit.cut else None
            factor = result.smearing_factor
            recipe = recipe_of(result, weight / len(fits), fold, 0, rounds, factor)
            smeared = fit if factor is None else with_smearing(fit, data.y, factor)
            members.append(FittedMember(recipe, smeared, data))
    return members


def fit_further_folds(
    weighted: Weighted,
    cache: FoldCache,
    metric: MetricName,
    budget: TimeBudget,
    parallel_fits: int = 1,
    end_s: float = 0.0,
) -> None:
    """Fit the chosen candidates on the folds that the search did not reach (in place).

    Args:
        weighted: The chosen candidates.
        cache: The folds.
        metric: Scores them.
        budget: The budget; `end_s` of it is reserved beside its own reserve.
        parallel_fits: Number of parallel fits.
        end_s: Seconds that predictions and files take beyond the reserve.
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
            deadline = time.monotonic() + budget.left_s - end_s
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
        max(0.5, deadline - time.monotonic()),
        finish,
    )
