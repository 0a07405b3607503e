"""Read the typed table for training: features, target as codes or values, weights."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.sum_rows import sum_rows
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.column_values import as_number, as_text
from pipeweave_dagster.core.training.data.fold_assignment import Index
from pipeweave_dagster.core.training.data.limits import DEFAULT_LIMITS, DataLimits
from pipeweave_dagster.core.training.data.table_reading import columns_to_read, read_sample
from pipeweave_dagster.core.training.data.target import (
    encode_classes,
    no_positive_weight,
    refuse_constant,
    refuse_few_rows,
    target_offset,
    without_missing_markers,
)


@dataclass(frozen=True)
class Table:
    """Rows with a known target.

    Attributes:
        raw: Feature columns as stored.
        y: Class codes (order of `classes`) or values less `offset`, float64.
        classes: Labels as text; empty for regression.
        weight: Weight of each row, mean 1, or None.
        divider: Column that divides the rows, if the split needs one.
        sensitive: Columns by whose groups the model is judged, features or not.
        dropped: Rows that were left out: their target is missing, or they are sums of others.
        total: Rows of the whole table, of which a sample was read if it is very large.
        positions: Positions in the whole table of the rows that were read, ascending.
        kept: The same of the rows with a known target, which are those of `raw`.
        weight_unit: What a weight of 1 is in the table's own unit.
        offset: What is added to predicted values (see `target_offset`); 0 for classes.
        row_id: What identifies each row, if a column is declared for it and all rows were read.
        sums: Positions in the whole table of the rows that are left out as sums of others.
    """

    raw: pd.DataFrame
    y: Array
    classes: list[str]
    weight: Array | None
    divider: pd.Series | None
    sensitive: pd.DataFrame
    dropped: int
    total: int
    positions: Index
    kept: Index
    weight_unit: float = 1.0
    offset: float = 0.0
    row_id: pd.Series | None = None
    sums: Index = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @property
    def read(self) -> int:
        """Rows that were read."""
        return len(self.positions)


def read_table(
    spec: PipelineSpec,
    data: Path,
    most_rows: int | None = None,
    limits: DataLimits = DEFAULT_LIMITS,
) -> Table:
    """Read the columns that the pipeline names, and refuse what no model can be made of.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet).
        most_rows: A larger table is sampled; None if memory sets no limit.
        limits: A table with more cells is sampled.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a target that is all missing, constant, or has too
            few rows.
    """
    frame, positions, total = read_sample(data, columns_to_read(spec), most_rows, limits)
    target = without_missing_markers(frame[spec.target], spec)
    values, known = _known(spec, target)
    sums = np.array(sum_rows(data) if spec.without_totals else [], dtype=np.intp)
    known &= ~np.isin(positions, sums)
    weight = _weight(frame[spec.weight]) if spec.weight else None
    if weight is not None:
        if known.any() and not (known & (weight > 0)).any():
            raise no_positive_weight(spec)
        known &= weight > 0
    rows = np.flatnonzero(known)
    refuse_few_rows(spec, target, rows)
    classes: list[str] = []
    y = values[rows]
    if spec.task != "regression":
        classes, y = encode_classes(spec, y)
    y = np.asarray(y, dtype=np.float64)
    refuse_constant(spec, y, classes)
    offset = target_offset(y) if spec.task == "regression" else 0.0
    kept = frame.iloc[rows].reset_index(drop=True)
    unit = 1.0 if weight is None else float(weight[rows].mean())
    return Table(
        raw=kept[list(dict.fromkeys([*spec.features, *spec.split.hashed_as]))],
        y=y - offset if offset else y,
        classes=classes,
        weight=None if weight is None else weight[rows] / unit,
        divider=kept[spec.split.column] if spec.split.column else None,
        sensitive=kept[spec.sensitive],
        dropped=len(frame) - len(rows),
        total=total,
        positions=positions,
        kept=positions[rows],
        weight_unit=unit,
        offset=offset,
        # Of a sample, the rows that were not read are divided by their content alone.
        row_id=kept[spec.split.id] if spec.split.id and len(frame) == total else None,
        sums=sums,
    )


def _known(spec: PipelineSpec, target: pd.Series) -> tuple[np.ndarray, NDArray[np.bool_]]:
    """Return the target as texts or numbers, and which rows have one."""
    if spec.task == "regression":
        numbers = as_number(target)
        return numbers, np.isfinite(numbers)
    texts = as_text(target)
    return texts, np.asarray(pd.notna(texts))


def encode_further_targets(
    spec: PipelineSpec, table: Table, raw: pd.DataFrame
) -> tuple[Array, Array | None, NDArray[np.bool_]]:
    """Return targets and weights of further rows of a table that was sampled, coded as in it.

    Args:
        spec: The pipeline.
        table: The sample.
        raw: Further rows, with the columns of target and weight.

    Returns:
        Codes or values, weights or None, and which rows can be learned from (rows of a class that
        the sample does not have cannot).
    """
    target = without_missing_markers(raw[spec.target], spec)
    if spec.task == "regression":
        y = as_number(target) - table.offset
        known = np.isfinite(y)
    else:
        codes = {name.lower(): code for code, name in enumerate(table.classes)}
        codes |= {name: code for code, name in enumerate(table.classes)}
        codes |= {text: codes[name] for text, name in spec.labels.items() if name in codes}
        texts = [str(label) for label in as_text(target)]
        y = np.array([codes.get(t, codes.get(t.lower(), -1)) for t in texts], dtype=np.float64)
        known = (y >= 0) & np.asarray(pd.notna(target))
    weight = _weight(raw[spec.weight]) / table.weight_unit if spec.weight else None
    return y, weight, known if weight is None else known & (weight > 0)


def _weight(column: pd.Series) -> Array:
    numbers = as_number(column)
    return np.where(np.isfinite(numbers), numbers, 0.0)
