"""Fit the form that was chosen on all training rows, and predict the test rows with it."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import Member, PipelineSpec, TrainedModel, Trial
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.metrics import Array, weights_of
from pipeweave_dagster.core.metrics.signal import OnTest, Verdict, confirm_on_test, verdict
from pipeweave_dagster.core.model.test_row_columns import output_columns
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.artifacts.model_files import baseline_output
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set
from pipeweave_dagster.core.training.ensemble.bundle import FittedMember
from pipeweave_dagster.core.training.ensemble.postprocess import (
    Postprocessing,
    build_bundle,
    fit_threshold,
)
from pipeweave_dagster.core.training.ensemble.refit import fit_member, rounds_for_all_rows
from pipeweave_dagster.core.training.final_model import predict_test_rows
from pipeweave_dagster.core.training.readable_twin.choose_form import (
    Choice,
    choose_form,
    with_constraints,
)
from pipeweave_dagster.core.training.readable_twin.forms import Form
from pipeweave_dagster.core.training.readable_twin.pairs import Pair
from pipeweave_dagster.core.training.search.cv_result import CvResult, leaderboard_trial

_CHOICE_SHARE = 0.5
"""Share of the time for the choice; the rest is for the fit, its curves and its files."""

_REST = 2.0
"""Seconds that fit, comparison and curves take, in folds of the form that was chosen."""


class FittedTwin(NamedTuple):
    """The readable model, fitted on the training rows.

    Attributes:
        form: The form that was chosen.
        member: Its recipe.
        pairs: Columns that act together.
        bundle: Content of its model file.
        output: Its output for the test rows.
        verdict: Whether it beats the baseline.
        threshold: Probability from which a row is predicted positive.
        trials: What was tried, best first.
        training_set: What it was fitted on.
    """

    form: Form
    member: Member
    pairs: list[Pair]
    bundle: dict[str, Any]
    output: Array
    verdict: Verdict
    threshold: float | None
    trials: list[Trial]
    training_set: TrainingSet


def training_set_of(
    spec: PipelineSpec, trained: TrainedModel, data: Path, tested_like: Path | None
) -> TrainingSet:
    """Return the rows of a model as its training divided them."""
    table = read_table(spec, data, trained.rows_fit)
    return make_training_set(spec, table, trained.seed, tested_like=tested_like)


def fit_twin(training_set: TrainingSet, pace: Pace) -> FittedTwin | None:
    """Choose a form on the folds and fit it on all training rows; None if there is no time.

    Args:
        training_set: The rows of the model; test rows are only predicted.
        pace: Time limit; it notes if a form could not be tried on a single fold.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no column can be read, or no form could be fitted.
    """
    problem, metric = training_set.problem, training_set.spec.metric
    if problem.columns.readable.empty:
        raise validation_error(
            "all columns are texts or hashed, so no model of them can be read.",
            fix="Add numbers or categories to the table.",
        )
    cache = FoldCache(problem)
    end = pace.now() + _CHOICE_SHARE * (pace.deadline - pace.now())
    choosing = Pace(end, pace.now)
    choice = choose_form(cache, metric, choosing, training_set.parallel_fits)
    ranked = choice.best_first()
    if not ranked:
        if choosing.is_cut:
            pace.is_cut = True
            return None
        raise validation_error(
            f"no form could be fitted: {choice.results[0].note}",
            fix="Report it with the log of the run.",
        )
    pace.is_cut = pace.is_cut or (len(ranked) < len(choice.forms) and choosing.is_cut)
    form, result = ranked[0]
    if pace.now() + _REST * result.fold_seconds > pace.end:
        pace.is_cut = True  # rather none than one that takes the time of all that follows
        return None
    candidate, pairs = with_constraints(form, cache, -1, pace.deadline)
    member = Member(
        name=candidate.name,
        family=candidate.family,
        params=candidate.params,
        weight=1.0,
        rounds=rounds_for_all_rows(result),
        smearing=result.smearing_factor,
    )
    part = fit_member(member, cache, pace.deadline)
    threshold = fit_threshold(training_set, result.oof, None)
    bundle = twin_bundle(training_set, part, threshold)
    scores = predict_test_rows(bundle, training_set)
    columns = output_columns(training_set.table.classes)
    output = np.asarray(scores[columns].to_numpy(dtype=np.float64))
    output = output if training_set.table.classes else output[:, 0]
    return FittedTwin(
        form=form,
        member=part.recipe,
        pairs=pairs,
        bundle=bundle,
        output=output,
        verdict=_verdict(training_set, result, output),
        threshold=threshold,
        trials=_trials(choice, ranked),
        training_set=training_set,
    )


def twin_bundle(
    training_set: TrainingSet, part: FittedMember, threshold: float | None
) -> dict[str, Any]:
    """Return the content of a model file with one member and, at most, a threshold after it."""
    steps = Postprocessing(threshold=threshold)
    return build_bundle(training_set, [], [part], steps, training_set.split.train)


def _trials(choice: Choice, ranked: list[tuple[Form, CvResult]]) -> list[Trial]:
    """Return the leaderboard of the forms, those that were not tried last."""
    names = [result.candidate.name for _, result in ranked]
    others = [r for r in choice.results if r.candidate.name not in names]
    return [leaderboard_trial(r, choice.folds) for r in [*(r for _, r in ranked), *others]]


def _verdict(training_set: TrainingSet, result: CvResult, output: Array) -> Verdict:
    """Judge it as the model of a search is judged: on the folds, then on the test rows."""
    problem, table, metric = training_set.problem, training_set.table, training_set.spec.metric
    constant = baseline_output(training_set)
    on_folds = np.tile(constant - (0.0 if table.classes else table.offset), (len(problem.y), 1))
    on_test = np.tile(constant, (len(output), 1))
    if not table.classes:
        on_folds, on_test = on_folds[:, 0], on_test[:, 0]
    _, z = verdict(metric, problem.y, result.oof, on_folds, problem.weight)
    seen = int((~np.isnan(result.oof.reshape(len(problem.y), -1)).any(axis=1)).sum())
    rows = training_set.split.test
    truth = table.y[rows] + table.offset
    tested = OnTest(truth, output, on_test, weights_of(table.weight, rows))
    return confirm_on_test(metric, z, seen, tested)[0]
