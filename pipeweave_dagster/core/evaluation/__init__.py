"""Is a model good, and better than another one; heavy imports happen when a function is called."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    Comparison,
    Evaluation,
    Findings,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.promotion import Promotion, promote


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
    from pipeweave_dagster.core.evaluation.evaluate_model import run_evaluation

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
    from pipeweave_dagster.core.evaluation.paired_test import run_comparison

    return run_comparison(trained, test_rows, champion, champion_rows, other)


__all__ = ["Promotion", "compare", "evaluate", "promote"]
