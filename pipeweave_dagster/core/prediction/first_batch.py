"""Check the first batch of a new champion against the champion before, without labels.

A broken retraining often looks well on its own test rows, since these come from the same upload:
a column in cents, say, where batches come in euros. Three signs of it need no labels:

- A number of the batch has moved from the training rows of the new model, and not from those of the
  champion before.
- The new model predicts differently from how it predicted its test rows, by the total variation
  distance of its outputs, while the champion before predicts the batch as it always did. If both
  have moved, the batch has changed, which is drift and no fault of the model.
- The two disagree on more rows than their errors allow: if they are wrong on shares e and f of the
  rows, they differ on at most e + f. Both errors are taken from the new model's test rows, so a
  model that was retrained because the world has changed is not mistaken for a broken one.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.metrics.wilson import wilson_interval
from pipeweave_dagster.core.model.bundle_scores import score as score_frame
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.model.test_row_columns import (
    PREDICTION,
    ROW,
    TARGET,
    output_columns,
)
from pipeweave_dagster.core.prediction.side import Side

FEWEST_ROWS = 50
_LARGE_SHIFT = 0.3
_SMALL_SHIFT = 0.1
_BINS = 10
_MOST_ROWS = 20_000
_Z = 3.29
"""One in a thousand, two-sided."""
_MARGIN = 0.05
_RATIO = 1.5


def find_problems(new: Side, before: Side, rows: Path) -> list[str]:
    """Return what is wrong with the first predictions of a model, in sentences; empty if nothing.

    Args:
        new: The new champion.
        before: The champion before it.
        rows: The batch as a typed table (Parquet).

    Returns:
        Nothing, too, where the two cannot be compared: other targets or classes, columns that the
        batch lacks, or fewer than 50 rows.
    """
    names, count = pq.read_schema(rows).names, pq.read_metadata(rows).num_rows
    if new.trained.target != before.trained.target or new.trained.classes != before.trained.classes:
        return []
    if not {*new.trained.features, *before.trained.features} <= {*names}:
        return []
    if min(count, pq.read_metadata(new.test_rows).num_rows) < FEWEST_ROWS:
        return []
    chosen = np.unique(np.linspace(0, count - 1, min(count, _MOST_ROWS)).astype(np.intp))
    own = _scored(new.trained, new.model, rows, chosen)
    theirs = _scored(before.trained, before.model, rows, chosen)
    found = [
        _foreign(new, before, rows),
        _shifted(new, before, own, theirs),
        _disagreement(new, before, own, theirs),
    ]
    return [text for text in found if text]


def shift(expected: Array, actual: Array) -> float:
    """Return the total variation distance of two samples over bins, less what chance explains.

    Args:
        expected: Values whose deciles are the bins, shape (n,).
        actual: Values to compare, shape (m,).

    Example:
        >>> import numpy as np
        >>> x = np.linspace(0, 1, 1000)
        >>> shift(x, x) <= 0, round(shift(x, x + 0.5), 1)
        (True, 0.5)
    """
    edges = np.unique(np.quantile(expected, np.linspace(0, 1, _BINS + 1)[1:-1]))
    # Equal values, such as those of a tree's leaf, are on one side of an edge.
    counts = [
        np.bincount(np.searchsorted(edges, part, side="left"), minlength=len(edges) + 1) / len(part)
        for part in (expected, actual)
    ]
    distance = 0.5 * float(np.abs(counts[0] - counts[1]).sum())
    chance = np.sqrt((len(edges) + 1) * (1 / len(expected) + 1 / len(actual)))
    return distance - float(chance)


def _foreign(new: Side, before: Side, rows: Path) -> str:
    """Return which number is another one for the new model alone, the most moved first."""
    moved = {}
    for name in new.trained.features:
        batch, own, theirs = (_numbers(p, name) for p in (rows, new.reference, before.reference))
        if batch is None or own is None or theirs is None:
            continue
        if shift(theirs, batch) <= _SMALL_SHIFT:
            moved[name] = shift(own, batch)
    worst = max(moved, key=lambda name: moved[name], default="")
    if not worst or moved[worst] <= _LARGE_SHIFT:
        return ""
    return (
        f"Its training rows differ from this batch in {worst!r} (by {moved[worst]:.0%} of the "
        "rows), while those of the previous champion do not."
    )


def _numbers(file: Path, name: str) -> Array | None:
    """Return the finite values of a numeric column; None if it has too few, or is none."""
    schema = pq.read_schema(file)
    if name not in schema.names or not _is_number(schema.field(name).type):
        return None
    frame = pq.read_table(file, columns=[name], partitioning=None).to_pandas()
    values: Array = frame[name].to_numpy(dtype=float, na_value=np.nan)
    values = values[np.isfinite(values)]
    return values if len(values) >= FEWEST_ROWS else None


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _shifted(new: Side, before: Side, own: Any, theirs: Any) -> str:
    moved, usual = _largest_shift(new, own), _largest_shift(before, theirs)
    if moved <= _LARGE_SHIFT or usual > _LARGE_SHIFT:
        return ""
    return (
        "It predicts this batch quite differently from its own test rows (by "
        f"{moved:.0%} of the rows), while the previous champion predicts it as usual."
    )


def _largest_shift(side: Side, predicted: Any) -> float:
    columns = output_columns(side.trained.classes)
    test = pq.read_table(side.test_rows, columns=columns, partitioning=None)
    pairs = [
        (test[c].to_numpy().astype(float), predicted[c].to_numpy(dtype=float)) for c in columns
    ]
    finite = [(a[np.isfinite(a)], b[np.isfinite(b)]) for a, b in pairs]
    return max((shift(a, b) for a, b in finite if len(a) and len(b)), default=0.0)


def _disagreement(new: Side, before: Side, own: Any, theirs: Any) -> str:
    errors = _errors(new, before)
    if errors is None:
        return ""
    allowed, rows = sum(errors), len(own)
    if not new.trained.classes:
        gap = _rms(_values(own), _values(theirs))
        if gap <= _RATIO * allowed:
            return ""
        return (
            f"Its predictions differ from those of the previous champion by {gap:.4g} (root mean "
            f"square); the errors of both on test rows explain at most {allowed:.4g}."
        )
    share = float(np.mean(_labels(own) != _labels(theirs)))
    low, _ = wilson_interval(share, rows, z=_Z)
    if low <= allowed + _MARGIN:
        return ""
    return (
        f"It disagrees with the previous champion on {share:.0%} of {rows:,} rows; the errors of "
        f"both on test rows explain at most {allowed:.0%}."
    )


def _errors(new: Side, before: Side) -> tuple[float, float] | None:
    """Return the errors of both on the new model's test rows, None if these were not kept."""
    if new.table is None or ROW not in pq.read_schema(new.test_rows).names:
        return None
    if not {*before.trained.features} <= {*pq.read_schema(new.table).names}:
        return None
    test = pq.read_table(new.test_rows, partitioning=None).to_pandas().iloc[:_MOST_ROWS]
    rows = test[ROW].to_numpy().astype(np.intp)
    theirs = _scored(before.trained, before.evaluated, new.table, rows)
    classes = new.trained.classes
    if not classes:
        truth = test[TARGET].to_numpy(dtype=float)
        return _rms(_values(test), truth), _rms(_values(theirs), truth)
    proba = test[output_columns(classes)].to_numpy(dtype=float)
    best, labels = np.array(classes)[proba.argmax(axis=1)], test[TARGET].astype(str).to_numpy()
    return float(np.mean(best != labels)), float(np.mean(_labels(theirs) != labels))


def _scored(trained: TrainedModel, model: Path, table: Path, rows: Any) -> Any:
    features = pq.read_table(table, columns=trained.features, partitioning=None).take(rows)
    return score_frame(load_model(model), exact_frame(features))


def _labels(frame: Any) -> Any:
    return frame[PREDICTION].astype(str).to_numpy()


def _values(frame: Any) -> Any:
    return frame[PREDICTION].to_numpy(dtype=float)


def _rms(first: Any, second: Any) -> float:
    return float(np.sqrt(np.mean((first - second) ** 2)))
