"""Drift of what a model predicts: the outputs for a batch against those for its test rows.

It is seen where no single feature has moved far enough, and where only an important one has.
"""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.test_row_columns import output_columns
from pipeweave_dagster.core.monitoring.column_drift import Tested
from pipeweave_dagster.core.monitoring.predicted_files import PredictedFiles
from pipeweave_dagster.core.monitoring.two_samples import kolmogorov_smirnov, total_variation
from pipeweave_dagster.core.number_format import number


def prediction_tests(files: PredictedFiles, fewest_rows: int) -> list[Tested]:
    """Return the test of the predictions; none if there are too few of them.

    Numbers and the probabilities of two classes are compared by their Kolmogorov-Smirnov distance,
    the most probable ones of more classes by the total variation.
    """
    names = output_columns(files.classes)
    old, new = (_outputs(path, names) for path in (files.test_rows, files.batch))
    if min(len(old), len(new)) < fewest_rows:
        return []
    return [_classes(files, old, new) if len(names) > 2 else _numbers(files, old, new)]


def sample_notes(files: PredictedFiles, rows: int) -> list[str]:
    """Say that not all rows of the batch were predicted for the comparison, if that is so."""
    predicted = pq.read_metadata(files.batch).num_rows
    if predicted == rows:
        return []
    return [f"The predictions compared are those of {predicted:,} of the {counted(rows, 'row')}."]


def _outputs(path: Path, names: list[str]) -> Array:
    """Return the complete outputs of a file, shape (rows, columns)."""
    if not {*names} <= {*pq.read_schema(path).names}:
        return np.empty((0, len(names)))
    table = pq.read_table(path, columns=names, partitioning=None)
    columns = [np.asarray(table[name], dtype=np.float64) for name in names]
    found: Array = np.column_stack(columns)
    complete: Array = found[np.isfinite(found).all(axis=1)]
    return complete


def _numbers(files: PredictedFiles, old: Array, new: Array) -> Tested:
    first, second = (np.unique(side[:, -1], return_counts=True) for side in (old, new))
    effect, p_value = kolmogorov_smirnov(first, second)
    medians = [number(float(np.median(side[:, -1]))) for side in (old, new)]
    what = f"probabilities of {files.classes[-1]!r}" if files.classes else "predictions"
    text = f"{effect:.0%} of the {what} have moved; median {medians[0]} → {medians[1]}."
    return Tested("distribution", effect, p_value, text)


def _classes(files: PredictedFiles, old: Array, new: Array) -> Tested:
    count = len(files.classes)
    rows = [np.bincount(side.argmax(axis=1), minlength=count) for side in (old, new)]
    effect, p_value = total_variation(rows[0], rows[1])
    shares = [side / side.sum() for side in rows]
    most = int(np.argmax(np.abs(shares[1] - shares[0])))
    text = (
        f"The predicted classes differ for {effect:.0%} of the rows; {files.classes[most]!r} is "
        f"predicted for {shares[1][most]:.0%} of them, {shares[0][most]:.0%} of the test rows."
    )
    return Tested("distribution", effect, p_value, text)
