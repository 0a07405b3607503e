"""Score a table with a stored model; heavy imports are lazy."""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows


def predict(
    model: Path,
    trained: TrainedModel,
    data: Path,
    out: Path,
    *,
    explain: bool = False,
    keep: Sequence[str] = (),
) -> ScoredRows:
    """Score a table; the order of rows is kept.

    Args:
        model: The model file.
        trained: Its document, which lists its columns.
        data: The rows (Parquet); columns may be reordered, missing or unknown.
        out: Empty folder; receives `predictions.parquet` with `row_id`, the columns of `keep`,
            `prediction` and, for classes, `probability_<class>`.
        explain: Add reason codes: the columns that contribute most to each prediction.
        keep: Columns that are copied from the rows, where they have them.

    Example:
        >>> scored = predict(
        ...     folder / "model.skops", trained, folder / "rows.parquet", out
        ... )  # doctest: +SKIP
        >>> scored.rows, scored.missing_columns  # doctest: +SKIP
        (418, [])
    """
    from pipeweave_dagster.core.prediction.score_table import run_scoring

    return run_scoring(model, trained, data, out, explain=explain, keep=keep)


def prediction_ms(model: Path, rows: Path) -> float:
    """Return the median time in milliseconds for one row, the model being loaded.

    Args:
        model: The model file.
        rows: Its test rows file, of which the first row is scored.
    """
    from pipeweave_dagster.core.prediction.latency import measure_ms

    return measure_ms(model, rows)


__all__ = ["ScoredRows", "predict", "prediction_ms"]
