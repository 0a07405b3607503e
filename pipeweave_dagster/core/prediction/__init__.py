"""Score a table with a stored model; heavy imports are lazy."""

from pathlib import Path

from pipeweave_dagster.core.documents import Payload, TrainedModel
from pipeweave_dagster.core.prediction.batch_policy import BatchPolicy, HeldRows, policy_of
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows
from pipeweave_dagster.core.prediction.side import Side


def predict(
    model: Path,
    trained: TrainedModel,
    data: Path,
    out: Path,
    *,
    explain: bool = False,
    policy: BatchPolicy | None = None,
    held: HeldRows | None = None,
) -> ScoredRows:
    """Score a table; the order of rows is kept.

    Args:
        model: The model file.
        trained: Its document, which lists its columns.
        data: The rows (Parquet); columns may be reordered, missing or unknown.
        out: Empty folder; receives `predictions.parquet` with `row_id`, `prediction` and, for
            classes, `probability_<class>`; with a policy the columns to keep and flags, too.
        explain: Add reason codes: the columns that contribute most to each prediction.
        policy: What is done with rows that differ from the training data.
        held: Test and training rows of the model, which intervals and flags are learned from; used
            with a policy alone.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the data does not have the columns that the policy
            requires (one of them in any case), or has unseen categories where these are an error.

    Example:
        >>> scored = predict(
        ...     folder / "model.skops", trained, folder / "rows.parquet", out
        ... )  # doctest: +SKIP
        >>> scored.rows, scored.missing_columns  # doctest: +SKIP
        (418, [])
    """
    from pipeweave_dagster.core.prediction.score_table import run_scoring

    return run_scoring(model, trained, data, out, explain=explain, policy=policy, held=held)


def predict_sample(
    model: Path, trained: TrainedModel, data: Path, out: Path, most_rows: int = 20_000
) -> Payload:
    """Score rows at equal distances in a table: enough to know how the predictions are distributed.

    Args:
        model: The model file.
        trained: Its document, which lists its columns.
        data: The rows (Parquet).
        out: Empty folder.
        most_rows: The most rows to score; all are where the table has no more.

    Returns:
        The file of predictions in `out`, as of `predict`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the data has none of the model's columns.
    """
    from pipeweave_dagster.core.prediction.sample import score_sample

    return score_sample(model, trained, data, out, most_rows)


def first_batch_problems(new: Side, before: Side, rows: Path) -> list[str]:
    """Return what is wrong with the first predictions of a new champion, in sentences.

    Args:
        new: The new champion.
        before: The champion before it.
        rows: The batch as a typed table (Parquet).
    """
    from pipeweave_dagster.core.prediction.first_batch import find_problems

    return find_problems(new, before, rows)


def prediction_ms(model: Path, rows: Path) -> float:
    """Return the median time in milliseconds for one row, the model being loaded.

    Args:
        model: The model file.
        rows: Its test rows file, of which the first row is scored.
    """
    from pipeweave_dagster.core.prediction.latency import measure_ms

    return measure_ms(model, rows)


__all__ = [
    "BatchPolicy",
    "HeldRows",
    "ScoredRows",
    "Side",
    "first_batch_problems",
    "policy_of",
    "predict",
    "predict_sample",
    "prediction_ms",
]
