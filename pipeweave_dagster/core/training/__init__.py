"""Training, evaluation and scoring; what is heavy is imported when a function is called."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    Evaluation,
    PipelineSpec,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.training.promote import Promotion, promote
from pipeweave_dagster.core.training.scored import ScoredRows


def train(
    spec: PipelineSpec,
    schema: SchemaDeduction,
    data: Path,
    out: Path,
    budget_s: float,
    started_at: float,
    seed: int = 0,
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
        seed: Makes everything random repeatable.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where no model can be made, with the reason.
    """
    from pipeweave_dagster.core.training.clock import Clock
    from pipeweave_dagster.core.training.trainer import run_training

    del schema  # all that training needs of it is in the pipeline
    clock = Clock(started_at, budget_s, reserve_s=min(3.0, 0.15 * budget_s))
    return run_training(spec, data, out, clock, seed)


def evaluate(
    trained: TrainedModel, spec: PipelineSpec, model: Path, test_rows: Path, out: Path
) -> Evaluation:
    """Score the model on its test rows, with intervals, plots and a model card.

    Args:
        trained: The document of the model.
        spec: Its pipeline.
        model: The model file; better the one that was evaluated (`trained.evaluated`), since the
            final one may have seen the test rows, which makes importances look larger.
        test_rows: The test rows that training wrote.
        out: Empty folder; gets `model_card.md`.
    """
    from pipeweave_dagster.core.training.evaluator import run_evaluation

    return run_evaluation(trained, spec, model, test_rows, out)


def predict(model: Path, trained: TrainedModel, data: Path, out: Path) -> ScoredRows:
    """Score a table; row order is kept.

    Args:
        model: The model file.
        trained: Its document (which columns it knows).
        data: The rows (Parquet); columns may be reordered, missing or more than known.
        out: Empty folder; gets `predictions.parquet` with `row_id`, `prediction` and, for
            classes, `probability_<class>`.
    """
    from pipeweave_dagster.core.training.scoring import run_scoring

    return run_scoring(model, trained, data, out)


__all__ = ["Promotion", "ScoredRows", "evaluate", "predict", "promote", "train"]
