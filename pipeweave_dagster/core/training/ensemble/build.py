"""From the candidates of a search to the mixture that is the model, and what it found."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.metrics.metrics import Array, weights_of
from pipeweave_dagster.core.metrics.signal import OnTest, Verdict, confirm_on_test, verdict
from pipeweave_dagster.core.model.test_row_columns import output_columns
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.training_set import TrainingSet
from pipeweave_dagster.core.training.ensemble.refit import complete, more_folds
from pipeweave_dagster.core.training.ensemble.stacking import fit_stack
from pipeweave_dagster.core.training.families.candidate import ALL_ROWS
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import CvResult
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

_MOST_OF_END = 0.7
_PART_FOR_REFIT = 0.9


@dataclass(frozen=True)
class Ensemble:
    """What was chosen on rows that the folds held out.

    Attributes:
        weighted: The candidates and their weights.
        stack: What a regression makes of their answers beside the mean, or None.
        answers: What both say of the rows that the folds held out; NaN elsewhere.
        found: Whether it beats the constant model on these rows.
        z: By how many standard errors.
        refittable: Whether there is time (and reason) to fit it on all rows.
    """

    weighted: Weighted
    stack: Stack | None
    answers: Array
    found: Verdict
    z: float
    refittable: bool

    @property
    def name(self) -> str:
        """Its name on the leaderboard."""
        return ensemble_name(self.weighted)

    @property
    def held_out(self) -> int:
        """How many rows it was chosen and judged on."""
        return int((~np.isnan(self.answers.reshape(len(self.answers), -1)).any(axis=1)).sum())

    @property
    def on_disk(self) -> CvResult | None:
        """The member that learned from all rows, which no refit on the sample could better."""
        return _on_disk(self.weighted)


def build_ensemble(
    training_set: TrainingSet, cache: FoldCache, search: Search, budget: TimeBudget
) -> Ensemble:
    """Choose and weigh, as far as there is time to refit and to ask what is chosen.

    Where nothing was found the answers are held back, and no regression is laid over them.
    """
    weighted, refittable = _chosen(training_set, cache, search, budget)
    problem, constant = training_set.problem, search.results[0]
    stack, answers = None, weighted_output(weighted)
    if not problem.monotone:  # a regression of the members' answers need not keep their order
        stack, answers = fit_stack(
            weighted, problem.y, problem.classes, problem.weight, problem.seed, problem.groups
        )
    found, z = _judged(training_set, weighted, answers, constant)
    if found == "no signal":
        weighted, stack = shrink_to_baseline(weighted, constant), None
        answers = weighted_output(weighted)
    return Ensemble(weighted, stack, answers, found, z, refittable)


def _chosen(
    training_set: TrainingSet, cache: FoldCache, search: Search, budget: TimeBudget
) -> tuple[Weighted, bool]:
    rows, metric, asked = (
        len(training_set.table.y),
        training_set.spec.metric,
        len(training_set.split.test) // training_set.parallel_fits,
    )
    weighted = select_members(
        search.finalists(),
        training_set.problem.y,
        metric,
        seed=training_set.spec.split.seed,
        weight=training_set.problem.weight,
    )
    affordable = drop_unaffordable(
        weighted, rows, _PART_FOR_REFIT * budget.left_s, training_set.parallel_fits
    )
    weighted = weighted if affordable is None or _on_disk(weighted) else affordable
    complete(weighted, cache, metric, budget)
    if affordable is None:
        end_s = seconds_beyond_reserve([result for result, _ in weighted], asked, budget.reserve_s)
        more_folds(weighted, cache, metric, budget, training_set.parallel_fits, end_s)
    refittable = affordable is not None and _on_disk(weighted) is None
    return drop_slow_predictors(weighted, asked, _MOST_OF_END * budget.until_end_s), refittable


def _judged(
    training_set: TrainingSet, weighted: Weighted, answers: Array, constant: CvResult
) -> tuple[Verdict, float]:
    if weighted[0][0] is constant:
        return "no signal", 0.0
    problem = training_set.problem
    return verdict(training_set.spec.metric, problem.y, answers, constant.oof, problem.weight)


def confirmed_by(
    training_set: TrainingSet, ensemble: Ensemble, scores: pd.DataFrame
) -> tuple[Verdict, float]:
    """What the test rows make of a verdict on rows that have chosen the model, or were too few.

    Args:
        training_set: The table and its division.
        ensemble: The model, and the verdict on rows that the folds held out.
        scores: Its predictions for the test rows.
    """
    rows, classes = training_set.split.test, training_set.table.classes
    names = output_columns(classes)
    output = scores[names].to_numpy(dtype=np.float64)
    constant = np.tile(model_files.constant_output(training_set), (len(rows), 1))
    if not classes:
        output, constant = output[:, 0], constant[:, 0]
    tested = OnTest(
        training_set.table.y[rows], output, constant, weights_of(training_set.table.weight, rows)
    )
    return confirm_on_test(training_set.spec.metric, ensemble.z, ensemble.held_out, tested)


def _on_disk(weighted: Weighted) -> CvResult | None:
    return next((r for r, _ in weighted if r.candidate.params.get(ALL_ROWS)), None)
