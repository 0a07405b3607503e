"""Test proposals for a pipeline by cross-validation, paired with the pipeline as it is."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeweave_dagster.core.documents import PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.checks.derived import feature_problems
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, uses_of, with_derived
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.data.group_means import with_group_means
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.paired_losses import compare_losses, out_of_fold_losses
from pipeweave_dagster.core.training.proposal_results import (
    NO_TIME,
    ProposalResult,
    ProposalResults,
)
from pipeweave_dagster.core.training.search.budget import TimeBudget

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

    The folds are those of training, so test rows are not used. The loss of each row (log loss, or
    the error that belongs to the metric) is compared in pairs, with whichever of two quick learners
    does better on the pipeline as it is.

    Args:
        spec: The pipeline as the rules planned it.
        schema: Meaning of the columns.
        uses: Columns that another step is to handle.
        ideas: New features.
        data: The typed table (Parquet); a sample of 5,000 rows is used.
        limit_s: What is not tested within so many seconds is not kept.
    """
    budget = TimeBudget(time.monotonic(), limit_s)
    return _ProposalTest(spec, schema, data, budget).run(uses, ideas)


class _ProposalTest:
    """The best pipeline so far, its losses, and the tests made."""

    def __init__(
        self, spec: PipelineSpec, schema: SchemaDeduction, data: Path, budget: TimeBudget
    ) -> None:
        self.spec, self.schema, self.budget = spec, schema, budget
        table = sample_rows(read_table(spec, data), _MOST_ROWS)
        self.training_set = make_training_set(spec, table, seed=0)
        self.tested: list[ProposalResult] = []

    def run(self, uses: dict[str, str], ideas: list[DerivedFeature]) -> ProposalResults:
        tried = [(c, self._losses(self.training_set.problem, c)) for c in _LEARNERS]
        known = [(c, losses) for c, losses in tried if losses is not None]
        if not known:
            return ProposalResults(uses={}, ideas=[], tested=[], learner="none")
        self.learner, self.losses = min(known, key=lambda pair: float(np.nanmean(pair[1])))
        self.best = self.spec
        kept_uses = self._test_uses(uses)
        alone = [idea for idea in ideas if self._test_idea(idea)]
        kept = alone if len(alone) < 2 else self._test_together(alone)
        name = self.learner.name
        return ProposalResults(uses=kept_uses, ideas=kept, tested=self.tested, learner=name)

    def _test_uses(self, uses: dict[str, str]) -> dict[str, str]:
        if not uses:
            return {}
        other = regrouped(self.spec, self.schema, uses)
        names = ", ".join(f"{name[:60]}: {use}" for name, use in uses.items())
        losses = self._test(f"steps {names}"[:400], other)
        if losses is None:
            return {}
        self.best, self.losses = other, losses
        return uses

    def _test_idea(self, idea: DerivedFeature) -> bool:
        names = self.spec.features
        if next(feature_problems([idea.model_dump()], uses_of(self.best), names), None) is not None:
            self._reject(idea.name, "its columns are handled by other steps")
            return False
        return self._test(idea.name, with_derived(self.best, [idea])) is not None

    def _test_together(self, ideas: list[DerivedFeature]) -> list[DerivedFeature]:
        """Return all of them if they help together, too; else the one that helped most alone."""
        name = f"{len(ideas)} features together"
        if self._test(name, with_derived(self.best, ideas)) is not None:
            return ideas
        gains = {t.proposal: t.gain or 0.0 for t in self.tested}
        return [max(ideas, key=lambda idea: gains[idea.name])]

    def _test(self, proposal: str, spec: PipelineSpec) -> Array | None:
        """Return the losses of a pipeline if it is significantly better than the best so far."""
        if not self.budget.left_s:
            self._reject(proposal, NO_TIME)
            return None
        problem = self._problem(spec)
        losses = None if problem is None else self._losses(problem, self.learner)
        if losses is None:
            self._reject(proposal, "it could not be fitted")
            return None
        folds = self.training_set.problem.folds
        result = compare_losses(proposal, self.losses, losses, folds)
        self.tested.append(result)
        return losses if result.kept else None

    def _reject(self, proposal: str, reason: str) -> None:
        self.tested.append(ProposalResult(proposal=proposal, kept=False, reason=reason))

    def _problem(self, spec: PipelineSpec) -> Problem | None:
        """Return the same rows and folds with the features of another pipeline."""
        train = self.training_set.table.raw.iloc[self.training_set.split.train]
        features = prepare(train, with_group_means(feature_frame(spec), train))
        columns = layout(spec, features)
        if columns.empty:
            return None
        return replace(self.training_set.problem, features=features, columns=columns)

    def _losses(self, problem: Problem, learner: Candidate) -> Array | None:
        return out_of_fold_losses(problem, learner, self.spec.metric, self.budget)
