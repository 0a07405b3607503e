"""Train a model, fit a recorded one again, test proposals; heavy imports happen inside calls."""

from collections.abc import Callable
from pathlib import Path

from pipeweave_dagster.core.documents import (
    Payload,
    PipelineSpec,
    ReadableTwin,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature
from pipeweave_dagster.core.training.proposal_results import ProposalResults
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy


def train(  # noqa: PLR0913 - what it learns from, where to, and its bounds
    spec: PipelineSpec,
    data: Path,
    out: Path,
    budget_s: float,
    started_at: float,
    trials: Path | None = None,
    *,
    memory_mb: float | None = None,
    policy: SearchPolicy = DEFAULT_POLICY,
    tested_like: Path | None = None,
    after_s: float = 0.0,
    most_s: float | None = None,
    on_fold: Callable[[str, float], None] | None = None,
    on_extension: Callable[[float], None] | None = None,
) -> TrainedModel:
    """Search, select and fit a model within the time budget.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet).
        out: Empty folder; gets `model.skops`, `evaluated.skops` (the model before it was refitted
            on all rows, if it was), `test_rows.parquet` (target, predictions and, as
            `feature:<name>`, the features of rows that no fit used) and `reference.parquet`.
        budget_s: Seconds from `started_at` until this function returns.
        started_at: `time.monotonic()` when the run began.
        trials: Folder where the search keeps finished folds, and finds those of an earlier search
            with the same pipeline and table; None keeps nothing.
        memory_mb: Memory that training may use; a table that would need more is sampled. None
            if that is not known.
        policy: Thresholds of the search.
        tested_like: Test rows file of an earlier model. Rows that it has are test rows again, also
            where other columns would divide the rows otherwise.
        after_s: Seconds at the end of the budget in which the model is there already.
        most_s: Seconds up to which a search that gets too little of the processors may extend its
            budget (to twice as many at most); None: it stays as it is.
        on_fold: Called with each finished fold of the search: the candidate's name, and the score.
        on_extension: Called with the seconds of the budget when it is extended.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no model can be made, with the reason.

    Example:
        >>> import tempfile, time
        >>> import pandas as pd
        >>> from pipeweave_dagster.core.pipelines.builder import Builder
        >>> folder = Path(tempfile.mkdtemp())
        >>> frame = pd.DataFrame({"x": range(100), "y": [2.0 * i + i % 3 for i in range(100)]})
        >>> frame.to_parquet(folder / "data.parquet")
        >>> spec = Builder("y", "regression").step("numeric", "x").search("linear").build()
        >>> model = train(spec, folder / "data.parquet", folder, 20, time.monotonic())
        >>> model.verdict
        'model'
    """
    from pipeweave_dagster.core.training.search.budget import training_budget
    from pipeweave_dagster.core.training.train_model import run_training

    budget = training_budget(started_at, budget_s, after_s, most_s or budget_s)
    return run_training(
        spec,
        data,
        out,
        budget,
        trials,
        memory_mb,
        policy,
        tested_like,
        on_fold=on_fold,
        on_extension=on_extension,
    )


def replay(
    spec: PipelineSpec,
    trained: TrainedModel,
    data: Path,
    out: Path,
    policy: SearchPolicy = DEFAULT_POLICY,
    tested_like: Path | None = None,
) -> Payload:
    """Fit a recorded model again from its recipe, without a search and without a time limit.

    On the machine that made it, predictions are bit-equal; on another one, libraries may sum
    numbers in another order.

    Args:
        spec: The pipeline it was trained with.
        trained: Its document, with the recipe.
        data: The typed table (Parquet) it was trained on.
        out: Empty folder; gets `model.skops`.
        policy: The one it was trained with.
        tested_like: The test rows file that its own test rows follow (`trained.tested_like`).
    """
    from pipeweave_dagster.core.training.replay_model import run_replay

    return run_replay(spec, trained, data, out, policy, tested_like)


def twin_as_model(  # noqa: PLR0913, PLR0917 - called by keyword, over the process boundary
    spec: PipelineSpec,
    trained: TrainedModel,
    twin: ReadableTwin,
    version: str,
    data: Path,
    model: Path,
    out: Path,
    tested_like: Path | None = None,
) -> TrainedModel:
    """Make a model of its own from the readable twin of a model: fitted on all rows.

    Args:
        spec: The pipeline of the model.
        trained: Its document.
        twin: Its readable twin.
        version: Its registered version.
        data: The typed table (Parquet) it was trained on.
        model: The model file of the twin, which has not seen the test rows.
        out: Empty folder; gets `model.skops`, `evaluated.skops` and `test_rows.parquet`.
        tested_like: The test rows file that the model's own test rows follow.
    """
    from pipeweave_dagster.core.training.readable_twin.as_model import run_as_model

    return run_as_model(spec, trained, twin, version, data, model, out, tested_like)


def divides_alike(first: PipelineSpec, second: PipelineSpec) -> bool:
    """Return whether a row is on the same side, test or training, under both pipelines."""
    from pipeweave_dagster.core.training.data.split_frame import divides_alike as same

    return same(first, second)


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


__all__ = [
    "ProposalResults",
    "SearchPolicy",
    "divides_alike",
    "replay",
    "train",
    "try_proposals",
    "twin_as_model",
]
