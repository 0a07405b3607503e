"""Train a model, and train a recorded one again; heavy imports happen when a function is called."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    Payload,
    PipelineSpec,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature
from pipeweave_dagster.core.training.proposal_results import ProposalResults


def train(
    spec: PipelineSpec,
    data: Path,
    out: Path,
    budget_s: float,
    started_at: float,
    trials: Path | None = None,
    *,
    memory_mb: float | None = None,
) -> TrainedModel:
    """Search, select and fit a model, inside the budget.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet).
        out: Empty folder; gets `model.skops`, `evaluated.skops` (the model before it was fitted
            on all rows, if it was), `test_rows.parquet` (target, predictions and, as
            `feature:<name>`, the features of rows that no fitting saw) and `reference.parquet`.
        budget_s: Seconds from `started_at` until this function returns.
        started_at: `time.time()` when the run began.
        trials: Folder where the search keeps what it has finished, and finds what an earlier one
            with the same pipeline and table had finished; None keeps nothing.
        memory_mb: What training may take of memory; a table that would need more is sampled. None
            where that is not known.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where no model can be made, with the reason.
    """
    from pipeweave_dagster.core.training.search.budget import TimeBudget
    from pipeweave_dagster.core.training.train_model import run_training

    budget = TimeBudget(started_at, budget_s, reserve_s=min(7.0, 0.2 * budget_s))
    return run_training(spec, data, out, budget, trials, memory_mb)


def replay(spec: PipelineSpec, trained: TrainedModel, data: Path, out: Path) -> Payload:
    """Fit a recorded model again from its recipe, without a search and without a limit of time.

    On the machine that made it, the model answers equally, bit by bit; on another one, libraries
    may add up numbers in another order.

    Args:
        spec: The pipeline it was trained with.
        trained: Its document, with the recipe.
        data: The typed table (Parquet) it was trained on.
        out: Empty folder; gets `model.skops`.
    """
    from pipeweave_dagster.core.training.replay_model import run_replay

    return run_replay(spec, trained, data, out)


def try_proposals(
    spec: PipelineSpec,
    schema: SchemaDeduction,
    uses: dict[str, str],
    ideas: list[DerivedFeature],
    data: Path,
    limit_s: float,
) -> ProposalResults:
    """Test proposals for a pipeline by cross-validation, and keep those that help.

    Args:
        spec: The pipeline as the rules planned it.
        schema: Meaning of the columns.
        uses: Columns that another step is to handle.
        ideas: New features.
        data: The typed table (Parquet); a sample of 5,000 rows is used.
        limit_s: What is not tested within so many seconds is not kept.
    """
    from pipeweave_dagster.core.training.proposal_test import run_proposal_test

    return run_proposal_test(spec, schema, uses, ideas, data, limit_s)


__all__ = ["ProposalResults", "replay", "train", "try_proposals"]
