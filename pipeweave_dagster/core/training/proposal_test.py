"""Test proposals for a pipeline by cross-validation, in pairs with the pipeline as it is."""

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeweave_dagster.core.documents import PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.metrics.metrics import Array, row_loss
from pipeweave_dagster.core.model.serving import prepare
from pipeweave_dagster.core.pipelines.checks.derived import feature_problems
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, uses_of, with_derived
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster.core.training.data.fold_features import FoldCache, Problem
from pipeweave_dagster.core.training.data.group_means import with_group_means
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set
from pipeweave_dagster.core.training.families.candidate import Candidate
from pipeweave_dagster.core.training.proposal_results import (
    NO_TIME,
    ProposalResult,
    ProposalResults,
)
from pipeweave_dagster.core.training.search.cv_result import add_fold, new_result, run_fold

_log = logging.getLogger(__name__)

CRITICAL_Z = 2.6
"""One-sided level 0.5 % for each of at most ten proposals, so 5 % for all of them."""
_Z95 = 1.96
_MOST_ROWS = 5_000
_LEARNERS = (
    Candidate("linear", "linear"),
    Candidate("lightgbm", "lightgbm", {"num_leaves": 15, "min_child_samples": 10}),
)


def run_proposal_test(
    spec: PipelineSpec,
    schema: SchemaDeduction,
    uses: dict[str, str],
    ideas: list[DerivedFeature],
    data: Path,
    limit_s: float,
) -> ProposalResults:
    """Test other steps together, then each new feature, then those that helped together.

    The folds are those of training, so test rows are seen by nobody. The loss of each row is
    compared in pairs (log loss, or the error that goes with the metric), with whichever of two
    quick learners does better on the pipeline as it is.

    Args:
        spec: The pipeline as the rules planned it.
        schema: Meaning of the columns.
        uses: Columns that another step is to handle.
        ideas: New features.
        data: The typed table (Parquet); a sample of 5,000 rows is used.
        limit_s: What is not tested after so many seconds is not kept.
    """
    return _Tester(spec, schema, data, time.monotonic() + limit_s).run(uses, ideas)


class _Tester:
    def __init__(self, spec: PipelineSpec, schema: SchemaDeduction, data: Path, end: float) -> None:
        self.spec, self.schema, self.end = spec, schema, end
        self.training_set = make_training_set(
            spec, sample_rows(read_table(spec, data), _MOST_ROWS), seed=0
        )
        self.tested: list[ProposalResult] = []

    def run(self, uses: dict[str, str], ideas: list[DerivedFeature]) -> ProposalResults:
        tried = [(c, self._losses(self.training_set.problem, c)) for c in _LEARNERS]
        known = [(c, loss) for c, loss in tried if loss is not None]
        if not known:
            return ProposalResults(uses={}, ideas=[], tested=[], learner="none")
        self.learner, self.loss = min(known, key=lambda found: float(np.nanmean(found[1])))
        self.best = self.spec
        steps = self._steps(uses)
        alone = [idea for idea in ideas if self._idea(idea)]
        kept = alone if len(alone) < 2 else self._together(alone)
        return ProposalResults(
            uses=steps, ideas=kept, tested=self.tested, learner=self.learner.name
        )

    def _steps(self, uses: dict[str, str]) -> dict[str, str]:
        if not uses:
            return {}
        other = regrouped(self.spec, self.schema, uses)
        words = ", ".join(f"{name[:60]}: {use}" for name, use in uses.items())
        loss = self._test(f"steps {words}"[:400], other)
        if loss is None:
            return {}
        self.best, self.loss = other, loss
        return uses

    def _idea(self, idea: DerivedFeature) -> bool:
        names = self.spec.features
        if next(feature_problems([idea.model_dump()], uses_of(self.best), names), None) is not None:
            reason = "its columns are handled by other steps"
            self.tested.append(ProposalResult(proposal=idea.name, kept=False, reason=reason))
            return False
        return self._test(idea.name, with_derived(self.best, [idea])) is not None

    def _together(self, ideas: list[DerivedFeature]) -> list[DerivedFeature]:
        """All of them if they help together, too; else the one that helped most alone."""
        words = f"{len(ideas)} features together"
        if self._test(words, with_derived(self.best, ideas)) is not None:
            return ideas
        gains = {t.proposal: t.gain or 0.0 for t in self.tested}
        return [max(ideas, key=lambda idea: gains[idea.name])]

    def _test(self, proposal: str, spec: PipelineSpec) -> Array | None:
        """The losses of a pipeline, if it is better than the best so far beyond chance."""
        if time.monotonic() > self.end:
            self.tested.append(ProposalResult(proposal=proposal, kept=False, reason=NO_TIME))
            return None
        problem = self._problem(spec)
        loss = None if problem is None else self._losses(problem, self.learner)
        if loss is None:
            self.tested.append(
                ProposalResult(proposal=proposal, kept=False, reason="it could not be fitted")
            )
            return None
        found = _compared(proposal, self.loss, loss, self.training_set.problem.folds)
        self.tested.append(found)
        return loss if found.kept else None

    def _problem(self, spec: PipelineSpec) -> Problem | None:
        """The same rows and folds, seen through another pipeline."""
        train = self.training_set.table.raw.iloc[self.training_set.split.train]
        features = prepare(train, with_group_means(feature_frame(spec), train))
        columns = layout(spec, features)
        return (
            None
            if columns.empty
            else replace(self.training_set.problem, features=features, columns=columns)
        )

    def _losses(self, problem: Problem, learner: Candidate) -> Array | None:
        """Each row's loss out of fold; NaN for rows in no fold. None where a fit fails."""
        cache = FoldCache(problem)
        result = new_result(learner, cache)
        try:
            for fold in range(len(problem.folds)):
                left = max(self.end - time.monotonic(), 1.0)
                add_fold(
                    result,
                    run_fold(learner, fold, cache, self.spec.metric, time.time() + left),
                )
        except Exception as error:  # noqa: BLE001 - a proposal that breaks a fit is not kept
            _log.info("%s: %s", learner.name, type(error).__name__)
            return None
        return _row_losses(self.training_set, result.oof)


def _row_losses(training_set: TrainingSet, output: Array) -> Array:
    y = training_set.problem.y
    seen = ~np.isnan(output.reshape(len(y), -1)).any(axis=1)
    losses = np.full(len(y), np.nan)
    losses[seen] = row_loss(training_set.spec.metric, y[seen], output[seen])
    return losses


def _compared(
    proposal: str, before: Array, after: Array, folds: list[tuple[Index, Index]]
) -> ProposalResult:
    gain = before - after
    known = gain[np.isfinite(gain)]
    if len(known) < 2:
        return ProposalResult(
            proposal=proposal, kept=False, reason="too few rows could be compared"
        )
    mean, error = float(known.mean()), float(known.std(ddof=1)) / math.sqrt(len(known))
    better = sum(1 for part in _parts(gain, folds) if part.mean() > 0)
    beyond = error > 0 and mean / error > CRITICAL_Z
    most = better > len(folds) / 2
    reason = ""
    if not beyond:
        reason = "no better than chance would make it"
    elif not most:
        reason = f"better on {better} of {len(folds)} folds only"
    return ProposalResult(
        proposal=proposal,
        kept=beyond and most,
        gain=round(mean, 6),
        low=round(mean - _Z95 * error, 6),
        high=round(mean + _Z95 * error, 6),
        reason=reason,
    )


def _parts(gain: Array, folds: list[tuple[Index, Index]]) -> Iterator[Array]:
    for _, valid in folds:
        part = gain[valid]
        part = part[np.isfinite(part)]
        if len(part):
            yield part
