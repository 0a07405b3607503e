"""Score a table with a stored model; heavy imports happen when a function is called."""

from pathlib import Path

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows


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
    from pipeweave_dagster.core.prediction.score_table import run_scoring

    return run_scoring(model, trained, data, out, explain=explain)


__all__ = ["ScoredRows", "predict"]
