"""Read the typed table for training: features, target as codes or values, weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import as_number, as_text

Index = NDArray[np.intp]

MOST_CELLS = 12_000_000
"""A table with more is sampled: trees gain little from the rows beyond (400,000 of 30 columns)."""
_LEAST_ROWS = 50_000
_BATCH_ROWS, _BATCH_CELLS = 100_000, 3_000_000
_FEWEST_BATCH_ROWS = 500
_SQUARED = (1e-100, 1e100)


@dataclass(frozen=True)
class Table:
    """Rows with a known target.

    Attributes:
        raw: Feature columns as stored.
        y: Class codes (order of `classes`) or values, float64.
        classes: Labels as text; empty for regression.
        weight: Weight of each row, mean 1, or None.
        divider: Column that divides the rows, if the split asks for one.
        sensitive: Columns by whose groups the model is judged, features or not.
        dropped: Rows that were left out because their target is missing.
        total: Rows of the whole table, of which a sample was read if it is very large.
        positions: Where the rows that were read stand in the whole table, rising.
        kept: The same of the rows with a known target, which are those of `raw`.
        weight_unit: What a weight of 1 is in the table's own unit.
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

    @property
    def read(self) -> int:
        """Rows that were read."""
        return len(self.positions)


def read_table(spec: PipelineSpec, data: Path, most_rows: int | None = None) -> Table:
    """Read the columns that the pipeline names, and refuse what no model can be made of.

    Args:
        spec: The pipeline.
        data: The typed table (Parquet).
        most_rows: A larger table is sampled; None where memory sets no bound of its own.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a target that is all missing, constant, or has too
            few rows.
    """
    frame, positions, total = _read_some(data, columns_read(spec), most_rows)
    target = _as_said(frame[spec.target], spec)
    classify = spec.task != "regression"
    values = as_text(target) if classify else as_number(target)
    known = np.asarray(pd.notna(values)) if classify else np.isfinite(values)
    weight = _weight(frame[spec.weight]) if spec.weight else None
    if weight is not None:
        if known.any() and not (known & (weight > 0)).any():
            raise _weightless(spec)
        known &= weight > 0
    rows = np.flatnonzero(known)
    _refuse(spec, target, rows)
    classes: list[str] = []
    if classify:
        classes, codes = _encode(spec, values[rows])
        y = codes.astype(np.float64)
    else:
        y = np.asarray(values[rows], dtype=np.float64)
    _refuse_constant(spec, y, classes)
    kept = frame.iloc[rows].reset_index(drop=True)
    unit = 1.0 if weight is None else float(weight[rows].mean())
    return Table(
        raw=kept[list(dict.fromkeys([*spec.features, *spec.split.hashed_as]))],
        y=y,
        classes=classes,
        weight=None if weight is None else weight[rows] / unit,
        divider=kept[spec.split.column] if spec.split.column else None,
        sensitive=kept[spec.sensitive],
        dropped=len(frame) - len(rows),
        total=total,
        positions=positions,
        kept=positions[rows],
        weight_unit=unit,
    )


def encode_targets(
    spec: PipelineSpec, table: Table, raw: pd.DataFrame
) -> tuple[Array, Array | None, NDArray[np.bool_]]:
    """Targets and weights of further rows of a table that was sampled, in the sample's terms.

    Args:
        spec: The pipeline.
        table: The sample.
        raw: Further rows, with the columns of target and weight.

    Returns:
        Codes or values, weights or None, and which rows can be learned from (rows of a class that
        the sample does not have cannot).
    """
    target = _as_said(raw[spec.target], spec)
    if spec.task == "regression":
        y = as_number(target)
        known = np.isfinite(y)
    else:
        codes = {name.lower(): code for code, name in enumerate(table.classes)}
        codes |= {name: code for code, name in enumerate(table.classes)}
        texts = [str(label) for label in as_text(target)]
        y = np.array([codes.get(t, codes.get(t.lower(), -1)) for t in texts], dtype=np.float64)
        known = (y >= 0) & np.asarray(pd.notna(target))
    weight = _weight(raw[spec.weight]) / table.weight_unit if spec.weight else None
    return y, weight, known if weight is None else known & (weight > 0)


def _as_said(target: pd.Series, spec: PipelineSpec) -> pd.Series:
    """The target without values of which a person has said that they stand for a missing one."""
    said = next((step.params for step in spec.steps if step.use == "table"), {})
    gone = said.get("missing", {}).get(spec.target, [])
    texts = [text or "" for text in as_text(target)] if gone else []
    return target.mask(np.isin(np.array(texts, dtype=str), gone)) if gone else target


def columns_of(spec: PipelineSpec) -> list[str]:
    """The columns that fitting needs: features, target, weight, and what divides the rows."""
    extra = [c for c in (spec.target, spec.weight, spec.split.column) if c]
    return list(dict.fromkeys([*spec.features, *extra, *spec.split.hashed_as]))


def columns_read(spec: PipelineSpec) -> list[str]:
    """The columns that are read: those of fitting, and those by which a model is judged."""
    return list(dict.fromkeys([*columns_of(spec), *spec.sensitive]))


def batches(data: Path, columns: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of a table in order, some at a time, each batch with the place of its first row."""
    start = 0
    with pq.ParquetFile(data) as file:
        for batch in file.iter_batches(_batch_rows(columns), columns=columns):
            yield start, batch
            start += batch.num_rows


def _batch_rows(columns: list[str]) -> int:
    """Rows of a batch: fewer of a wide table, of which each takes more memory."""
    return min(_BATCH_ROWS, max(_FEWEST_BATCH_ROWS, _BATCH_CELLS // max(1, len(columns))))


def _read_some(
    data: Path, columns: list[str], most_rows: int | None
) -> tuple[pd.DataFrame, Index, int]:
    """All rows, or a random sample of as many as are worth their time and memory.

    The whole table is never in memory: rows are taken batch by batch.
    """
    with pq.ParquetFile(data) as file:
        total = file.metadata.num_rows
        limit = min(max(_LEAST_ROWS, MOST_CELLS // len(columns)), most_rows or total)
        if total <= limit:
            return file.read(columns=columns).to_pandas(), np.arange(total), total
    positions = np.sort(np.random.default_rng(0).permutation(total)[:limit])
    taken = []
    for start, batch in batches(data, columns):
        low, high = np.searchsorted(positions, [start, start + batch.num_rows])
        taken.append(batch.take(positions[low:high] - start))
    return pa.Table.from_batches(taken).to_pandas(), positions, total


def _weight(column: pd.Series) -> Array:
    numbers = as_number(column)
    return np.where(np.isfinite(numbers), numbers, 0.0)


def _encode(spec: PipelineSpec, labels: np.ndarray) -> tuple[list[str], np.ndarray]:
    found = {str(label) for label in labels}
    spelled = {str(c).lower(): str(c) for c in spec.classes}
    renamed = {label: spelled.get(label.lower(), label) for label in found}
    if len(set(renamed.values())) < len(found):
        renamed = {label: label for label in found}
    known = [str(c) for c in spec.classes if str(c) in renamed.values()]
    classes = [*known, *sorted(set(renamed.values()) - set(known), key=_natural)]
    positive = spelled.get((spec.positive or "").lower(), spec.positive)
    if spec.task == "binary" and positive in classes:
        classes = [*(c for c in classes if c != positive), str(positive)]
    index = {label: classes.index(name) for label, name in renamed.items()}
    return classes, np.array([index[str(label)] for label in labels], dtype=np.intp)


def _natural(label: str) -> tuple[int, float, str]:
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def _refuse(spec: PipelineSpec, target: pd.Series, rows: np.ndarray) -> None:
    if len(rows) == 0:
        raise validation_error(
            f"Every value of the target `{spec.target}` is missing"
            + (" or no number." if spec.task == "regression" else "."),
            fix="Name another target with `--target COLUMN`, or add rows where it is known.",
            target=spec.target,
            rows=len(target),
        )
    if len(rows) < 10:
        raise validation_error(
            f"Only {len(rows)} row{'s' if len(rows) > 1 else ''} with a known target "
            f"`{spec.target}`: a model and an honest test need at least 10.",
            fix="Add rows and upload again.",
            target=spec.target,
            rows=len(rows),
        )


def _weightless(spec: PipelineSpec) -> PipeWeaveError:
    return validation_error(
        f"No row with a known target has a weight `{spec.weight}` above 0, so there is nothing to "
        "learn from.",
        fix="Name another column as `weight:` in pipeweave.yaml, or remove it.",
        weight=spec.weight,
    )


def _refuse_constant(spec: PipelineSpec, y: Array, classes: list[str]) -> None:
    counts = np.unique(y, return_counts=True)[1]
    if len(counts) < 2:
        only = classes[0] if classes else f"{y[0]:g}"
        raise validation_error(
            f"The target `{spec.target}` is constant: every row says `{only[:80]}`, so there is "
            "nothing to tell apart.",
            fix="Name another target with `--target COLUMN`, or add rows with other values.",
            target=spec.target,
        )
    if spec.task == "regression" and not _SQUARED[0] < np.abs(y).max() < _SQUARED[1]:
        raise validation_error(
            f"The values of the target `{spec.target}` go up to {np.abs(y).max():.3g}, whose "
            "squares no computer can add up.",
            fix="Give the target in another unit and upload again.",
            target=spec.target,
        )
    if spec.task == "regression" and counts.max() == len(y) - 1:
        raise validation_error(
            f"The target `{spec.target}` says the same in every row but one, so there is nothing "
            "to learn that could be tested.",
            fix="Name another target with `--target COLUMN`, or add rows with other values.",
            target=spec.target,
        )
    if spec.task != "regression" and np.sort(counts)[-2] < 2:
        raise too_few_per_class(spec.target, len(counts))


def too_few_per_class(target: str, classes: int) -> PipeWeaveError:
    """The refusal of a class target where all classes but one have a single row."""
    return validation_error(
        f"The target `{target}` has {classes} classes, but at most one of them has two rows or "
        "more, so no class can be both learned and tested.",
        fix="Name another target with `--target COLUMN`, set `task: regression`, or add rows.",
        target=target,
    )
