"""Build the ensemble that is the model from the candidates of a search, and judge it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.families.search_space import ALL_ROWS
from pipeweave_dagster.core.metrics.metrics import Array, weights_of
from pipeweave_dagster.core.metrics.signal import OnTest, Verdict, confirm_on_test, verdict
from pipeweave_dagster.core.model.test_row_columns import output_columns
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.fold_models import (
    fit_further_folds,
    restore_fold_models,
)
from pipeweave_dagster.core.training.ensemble.quick_members import quick_members
from pipeweave_dagster.core.training.ensemble.single_model import SingleModel, find_single
from pipeweave_dagster.core.training.ensemble.stacking import fit_stack
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.ensemble_policy import within
from pipeweave_dagster.core.training.search.greedy_selection import (
    Weighted,
    ensemble_name,
    select_members,
    shrink_to_baseline,
    weighted_output,
)
from pipeweave_dagster.core.training.search.refit_time import (
    drop_slow_predictors,
    drop_unaffordable,
    seconds_beyond_reserve,
)
from pipeweave_dagster.core.training.search.search import Search


@dataclass(frozen=True)
class Ensemble:
    """What was chosen on the validation rows of the folds.

    Attributes:
        weighted: The members and their weights.
        stack: A regression of the members' outputs beside their mean, or None.
        oof: Out-of-fold output of mean and stack together; NaN where no fold held a row out.
        oof_verdict: Whether it beats the baseline on these rows.
        z: By how many standard errors.
        can_refit: Whether there is time (and reason) to fit it on all rows.
        single: What was compared with it, where one model was wanted for serving and it has more.
        one_model: Whether it is one model, for serving: one fit, with one seed.
    """

    weighted: Weighted
    stack: Stack | None
    oof: Array
    oof_verdict: Verdict
    z: float
    can_refit: bool
    single: SingleModel | None = None
    one_model: bool = False

    @property
    def name(self) -> str:
        """Its name on the leaderboard."""
        return ensemble_name(self.weighted)

    @property
    def validation_rows(self) -> int:
        """How many rows it was chosen and judged on."""
        return int((~np.isnan(self.oof.reshape(len(self.oof), -1)).any(axis=1)).sum())

    @property
    def out_of_core_member(self) -> CvResult | None:
        """The member that learned from all rows, which a refit on the sample could not better."""
        return _out_of_core_member(self.weighted)


def build_ensemble(
    training_set: TrainingSet, cache: FoldCache, search: Search, budget: TimeBudget
) -> Ensemble:
    """Choose members and weights, as far as there is time to refit them and to predict with them.

    Without a signal, the prediction is shrunk toward the baseline and there is no stack.
    """
    weighted, single = _select(training_set, search)
    weighted, can_refit = _affordable(training_set, cache, search, weighted, budget)
    baseline = search.results[0]
    one_model = training_set.spec.train_for == "serving" and len(weighted) == 1
    stack, oof = _joint_output(training_set, weighted, search)
    oof_verdict, z = _judge(training_set, weighted, oof, baseline)
    if oof_verdict == "no signal":
        weighted, stack = shrink_to_baseline(weighted, baseline), None
        oof = weighted_output(weighted)
    return Ensemble(weighted, stack, oof, oof_verdict, z, can_refit, single, one_model)


def _select(training_set: TrainingSet, search: Search) -> tuple[Weighted, SingleModel | None]:
    """Return the members; for serving, one of them if it is not significantly worse."""
    candidates, problem = search.ranking.finalists(), training_set.problem
    weighted = select_members(
        candidates,
        problem.y,
        training_set.spec.metric,
        seed=training_set.spec.split.seed,
        weight=problem.weight,
        policy=search.policy.ensemble,
    )
    if training_set.spec.train_for != "serving" or len(weighted) == 1:
        return weighted, None
    _, oof = _joint_output(training_set, weighted, search)
    ensemble = oof, len(weighted)
    single = find_single(training_set, candidates, ensemble, search.policy.ensemble)
    if single is not None and single.replaces:
        weighted = [(single.result, 1.0)]
    return weighted, single


def _joint_output(
    training_set: TrainingSet, weighted: Weighted, search: Search
) -> tuple[Stack | None, Array]:
    """Return the stack, if there is one, and the out-of-fold output of it and the mean together."""
    problem = training_set.problem
    if problem.monotone:  # a regression of monotone outputs need not be monotone
        return None, weighted_output(weighted)
    return fit_stack(
        weighted,
        problem.y,
        problem.classes,
        weight=problem.weight,
        seed=problem.seed,
        groups=problem.groups,
        policy=within(search.policy.ensemble, search.budget.budget_s),
    )


def _affordable(
    training_set: TrainingSet,
    cache: FoldCache,
    search: Search,
    weighted: Weighted,
    budget: TimeBudget,
) -> tuple[Weighted, bool]:
    """Return the members with a model per fold, and whether there is time to refit them."""
    policy, metric = search.policy, training_set.spec.metric
    parallel_fits = training_set.parallel_fits
    test_rows = len(training_set.split.test) // parallel_fits
    refit_s = policy.ensemble.refit_part * budget.left_s
    rows = len(training_set.table.y)
    affordable = drop_unaffordable(weighted, rows, refit_s, parallel_fits, policy)
    if affordable is None:
        quick = quick_members(training_set, search, weighted, refit_s)
        affordable = drop_unaffordable(quick, rows, refit_s, parallel_fits, policy)
    on_disk = _out_of_core_member(weighted)
    weighted = weighted if affordable is None or on_disk else affordable
    restore_fold_models(weighted, cache, metric, budget)
    if affordable is None:
        results = [result for result, _ in weighted]
        end_s = seconds_beyond_reserve(results, test_rows, budget.reserve_s, policy)
        fit_further_folds(weighted, cache, metric, budget, parallel_fits, end_s)
    can_refit = affordable is not None and _out_of_core_member(weighted) is None
    predict_s = policy.ensemble.output_part * budget.until_end_s
    return drop_slow_predictors(weighted, test_rows, predict_s), can_refit


def _judge(
    training_set: TrainingSet, weighted: Weighted, oof: Array, baseline: CvResult
) -> tuple[Verdict, float]:
    if weighted[0][0] is baseline:
        return "no signal", 0.0
    problem = training_set.problem
    return verdict(training_set.spec.metric, problem.y, oof, baseline.oof, problem.weight)


def verdict_on_test_rows(
    training_set: TrainingSet, ensemble: Ensemble, scores: pd.DataFrame
) -> tuple[Verdict, float]:
    """Confirm or overturn with the test rows a verdict on rows that chose the model, or were few.

    Args:
        training_set: The table and its split.
        ensemble: The model, and the verdict on the validation rows.
        scores: Its predictions for the test rows.
    """
    rows, classes = training_set.split.test, training_set.table.classes
    output = scores[output_columns(classes)].to_numpy(dtype=np.float64)
    baseline = np.tile(model_files.baseline_output(training_set), (len(rows), 1))
    if not classes:
        output, baseline = output[:, 0], baseline[:, 0]
    weight = weights_of(training_set.table.weight, rows)
    truth = training_set.table.y[rows] + training_set.table.offset
    on_test = OnTest(truth, output, baseline, weight)
    metric = training_set.spec.metric
    return confirm_on_test(metric, ensemble.z, ensemble.validation_rows, on_test)


def _out_of_core_member(weighted: Weighted) -> CvResult | None:
    return next((r for r, _ in weighted if r.candidate.params.get(ALL_ROWS)), None)
