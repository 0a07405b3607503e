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


def evaluate(  # noqa: PLR0913 - the last one is given by keyword
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    test_rows: Path,
    out: Path,
    holdout_use: int = 1,
    origin: tuple[Path, Findings] | None = None,
    *,
    seconds: float | None = None,
    tested_like: Path | None = None,
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
        seconds: Time limit of all that follows the scores, and of the leak canary before it; see
            `complete`.
        tested_like: The test rows file that the model's own test rows follow
            (`trained.tested_like`).

    Example:
        >>> evaluation = evaluate(
        ...     trained, spec, out / "model.skops", out / "test_rows.parquet", out / "evaluation"
        ... )  # doctest: +SKIP
        >>> evaluation.metrics["roc_auc"]  # doctest: +SKIP
        Estimate(value=0.87, low=0.81, high=0.92)
    """
    scores = evaluate_scores(trained, spec, test_rows, holdout_use, origin, seconds)
    return complete(scores, trained, spec, model, test_rows, out, origin, seconds, tested_like)


def evaluate_scores(
    trained: TrainedModel,
    spec: PipelineSpec,
    test_rows: Path,
    holdout_use: int = 1,
    origin: tuple[Path, Findings] | None = None,
    seconds: float | None = None,
) -> Evaluation:
    """Compute what the promotion of a model depends on: its scores, and the leak canary.

    Args:
        trained: The document of the model.
        spec: Its pipeline.
        test_rows: The test rows file that training wrote.
        holdout_use: Number of evaluations on these test rows, this one included.
        origin: The typed table (Parquet) of the training, and its findings, for the canary and
            the checks.
        seconds: Time limit of the canary; None sets none.
    """
    from pipeweave_dagster.core.evaluation.model_scores import score_model

    return score_model(trained, spec, test_rows, holdout_use, origin, seconds)


def complete(  # noqa: PLR0913, PLR0917 - called by keyword, over the process boundary
    evaluation: Evaluation,
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    test_rows: Path,
    out: Path,
    origin: tuple[Path, Findings] | None = None,
    seconds: float | None = None,
    tested_like: Path | None = None,
) -> Evaluation:
    """Add to an evaluation all that follows the scores, which it leaves as they are.

    Args:
        evaluation: Its scores; parts that were made before are made anew. The canary, which has to
            precede a promotion, is run only without a time limit, and if it was not run before.
        trained: The document of the model.
        spec: Its pipeline.
        model: The model file, as for `evaluate`.
        test_rows: The test rows file that training wrote.
        out: Empty folder; receives `model_card.md` and, if there is time, the file of the readable
            twin.
        origin: The typed table (Parquet) of the training, and its findings.
        seconds: Time limit of the steps; those that do not fit into it are named in `dropped`.
            None sets none.
        tested_like: As for `evaluate`.
    """
    from pipeweave_dagster.core.evaluation.completion import complete_evaluation

    return complete_evaluation(
        evaluation, trained, spec, model, test_rows, out, origin, seconds, tested_like
    )


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


__all__ = [
    "Promotion",
    "compare",
    "complete",
    "evaluate",
    "evaluate_scores",
    "promote",
]
