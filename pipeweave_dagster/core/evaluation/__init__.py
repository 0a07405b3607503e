"""Evaluate models, compare two, and decide which is promoted; heavy imports are lazy."""

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
        model: The model file: `trained.evaluated` if there is one, since the final model may have
            been fitted on the test rows, which makes importances look larger.
        test_rows: The test rows file that training wrote.
        out: Empty folder; receives `model_card.md`.
        holdout_use: Number of evaluations on these test rows, this one included.
        origin: The typed table (Parquet) of the training, and its findings; without them there is
            no canary, learning curve, periods or checks.

    Example:
        >>> evaluation = evaluate(
        ...     trained, spec, out / "model.skops", out / "test_rows.parquet", out / "evaluation"
        ... )  # doctest: +SKIP
        >>> evaluation.metrics["roc_auc"]  # doctest: +SKIP
        Estimate(value=0.87, low=0.81, high=0.92)
    """
    from pipeweave_dagster.core.evaluation.evaluate_model import run_evaluation

    return run_evaluation(trained, spec, model, test_rows, out, holdout_use, origin)


def compare(  # noqa: PLR0913 - the last ones are given by keyword
    trained: TrainedModel,
    test_rows: Path,
    champion: TrainedModel,
    champion_rows: Path,
    other: str,
    *,
    table: Path | None = None,
    champion_table: Path | None = None,
    champion_model: Path | None = None,
) -> Comparison:
    """Compare two models by a paired test on rows that neither has learned from.

    These are the test rows that both have, and, given the tables and the champion's model file,
    the test rows of the new model that the champion's table does not have.

    Args:
        trained: The document of the new model.
        test_rows: Its test rows file.
        champion: The document of the other model.
        champion_rows: Its test rows file.
        other: Name of the other model in the result.
        table: The typed table (Parquet) of the new model.
        champion_table: That of the other model.
        champion_model: The model file of the other model that was evaluated.

    Example:
        >>> compare(
        ...     new, folder / "new.parquet", old, folder / "old.parquet", "champion"
        ... ).verdict  # doctest: +SKIP
        'not distinguishable'
    """
    from pipeweave_dagster.core.evaluation.champion_comparison import Contender, run_comparison

    return run_comparison(
        Contender(trained, test_rows, table),
        Contender(champion, champion_rows, champion_table, champion_model),
        other,
    )


__all__ = ["Promotion", "compare", "evaluate", "promote"]
