"""Training, evaluation and scoring; what is heavy is imported when a function is called."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    Comparison,
    Evaluation,
    Findings,
    Payload,
    PipelineSpec,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.training.promote import Promotion, promote
from pipeweave_dagster.core.training.scored import ScoredRows


def train(  # noqa: PLR0913 - what it learns from, where to, and its three bounds
    spec: PipelineSpec,
    schema: SchemaDeduction,
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
        schema: Meaning of the columns.
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
    from pipeweave_dagster.core.training.clock import Clock
    from pipeweave_dagster.core.training.trainer import run_training

    del schema  # all that training needs of it is in the pipeline
    clock = Clock(started_at, budget_s, reserve_s=min(7.0, 0.2 * budget_s))
    return run_training(spec, data, out, clock, trials, memory_mb)


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
    from pipeweave_dagster.core.training.replaying import run_replay

    return run_replay(spec, trained, data, out)


def evaluate(
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    test_rows: Path,
    out: Path,
    holdout_use: int = 1,
    origin: tuple[Path, Findings] | None = None,
) -> Evaluation:
    """Score the model on its test rows, with intervals, plots and a model card.

    Args:
        trained: The document of the model.
        spec: Its pipeline.
        model: The model file; better the one that was evaluated (`trained.evaluated`), since the
            final one may have seen the test rows, which makes importances look larger.
        test_rows: The test rows that training wrote.
        out: Empty folder; gets `model_card.md`.
        holdout_use: How often a model was evaluated on these test rows, this time included.
        origin: The typed table (Parquet) it was trained on, and what the guardrails found in it;
            without them only test rows are looked at: no canary, curve, periods or checks.
    """
    from pipeweave_dagster.core.training.evaluator import run_evaluation

    return run_evaluation(trained, spec, model, test_rows, out, holdout_use, origin)


def compare(
    trained: TrainedModel, test_rows: Path, champion: TrainedModel, champion_rows: Path, other: str
) -> Comparison:
    """Compare two models by a paired test on the test rows that both have.

    Args:
        trained: The document of one model.
        test_rows: The test rows that its training wrote.
        champion: The document of the other one.
        champion_rows: Its test rows.
        other: What the other one is called.
    """
    from pipeweave_dagster.core.training.comparing import run_comparison

    return run_comparison(trained, test_rows, champion, champion_rows, other)


def predict(
    model: Path, trained: TrainedModel, data: Path, out: Path, *, explain: bool = False
) -> ScoredRows:
    """Score a table; row order is kept.

    Args:
        model: The model file.
        trained: Its document (which columns it knows).
        data: The rows (Parquet); columns may be reordered, missing or more than known.
        out: Empty folder; gets `predictions.parquet` with `row_id`, `prediction` and, for
            classes, `probability_<class>`.
        explain: Add the three columns that speak most for each prediction; see `reasons`.
    """
    from pipeweave_dagster.core.training.scoring import run_scoring

    return run_scoring(model, trained, data, out, explain=explain)


__all__ = [
    "Promotion",
    "ScoredRows",
    "compare",
    "evaluate",
    "predict",
    "promote",
    "replay",
    "train",
]
