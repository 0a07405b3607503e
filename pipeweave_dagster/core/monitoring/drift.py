"""Drift by the population stability index (PSI), with a threshold that accounts for chance.

A fixed threshold (customarily 0.1 or 0.2) alarms on every small batch: with n and m rows in k bins,
the index of two samples of one population is about (1/n + 1/m) times a chi-square variable with
k - 1 degrees of freedom (Yurdakul and Naranjo, 2020). So the threshold is the larger of 0.1 and the
quantile that one in a hundred batches without drift exceeds in any of its columns.
"""

from pathlib import Path
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Counts, Floats
from pipeweave_dagster.core.columns.encode_column import encode_column
from pipeweave_dagster.core.columns.parquet_columns import ParquetColumns
from pipeweave_dagster.core.documents import ColumnDeduction, ColumnDrift, DriftReport, StorageType

Verdict = Literal["stable", "drifted"]
METHOD = "population stability index over training deciles or categories"
MIN_ROWS = 50
MIN_INDEX = 0.1
FALSE_ALARM_RATE = 0.01
BINS = 10
CATEGORIES = 20


def compare(batch: str, reference: Path, data: Path, features: list[str]) -> DriftReport:
    """Compare two files; see `pipeweave_dagster.core.monitoring.measure_drift`."""
    old, new = ParquetColumns(reference), ParquetColumns(data)
    enough = min(old.rows, new.rows) >= MIN_ROWS
    columns = [_drift(name, old, new, len(features)) for name in features] if enough else []
    drifted = any(column.drifted for column in columns)
    verdict: Verdict = "drifted" if drifted else "stable"
    note = (
        f"Drift needs at least {MIN_ROWS} rows on both sides: there are {old.rows} training rows "
        f"and {new.rows} in the batch."
    )
    return DriftReport(
        batch=batch,
        rows=new.rows,
        method=METHOD,
        columns=columns,
        verdict=verdict if enough else "too few rows",
        notes=[] if enough else [note],
    )


def _column(stored: ParquetColumns, name: str) -> Column | None:
    if name not in stored:
        return None
    raw = stored.read(name)
    info = ColumnDeduction(
        name=name,
        type="numeric",
        storage=_storage(raw.type),
        role="feature",
        confidence=1.0,
        reason="as stored",
        distinct=0,
        missing=raw.null_count,
    )
    return encode_column(info, raw)


def _storage(kind: Any) -> StorageType:
    from pyarrow import types

    if types.is_boolean(kind):
        return "boolean"
    if types.is_temporal(kind):
        return "datetime"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    return "text"


def _drift(name: str, old: ParquetColumns, new: ParquetColumns, tests: int) -> ColumnDrift:
    before, after = _column(old, name), _column(new, name)
    if before is None or after is None:
        side = "batch" if after is None else "training rows"
        note = f"The column is missing from the {side}."
        return ColumnDrift(
            name=name, score=None, threshold=MIN_INDEX, drifted=after is None, note=note
        )
    if before.ordered != after.ordered and after.present and before.present:
        note = f"Its type changed from {before.info.storage} to {after.info.storage}."
        return ColumnDrift(name=name, score=None, threshold=MIN_INDEX, drifted=True, note=note)
    expected, actual, unseen = _counts(before, after)
    score = stability_index(expected, actual)
    limit = threshold(int(expected.sum()), int(actual.sum()), len(expected), tests)
    note = f"{unseen:,} rows have categories unseen in training." if unseen else ""
    return ColumnDrift(
        name=name,
        score=round(score, 6),
        threshold=round(limit, 6),
        drifted=score > limit,
        note=note,
    )


def stability_index(old: NDArray[Any], new: NDArray[Any]) -> float:
    """Return the PSI of two count vectors over the same k bins; each bin gets half a row more."""
    p = (old + 0.5) / (old.sum() + 0.5 * len(old))
    q = (new + 0.5) / (new.sum() + 0.5 * len(new))
    return float(((p - q) * np.log(p / q)).sum())


def threshold(old_rows: int, new_rows: int, bins: int, tests: int) -> float:
    """Return the PSI above which a column has drifted (Wilson-Hilferty chi-square quantile)."""
    freedom = max(1, bins - 1)
    z = NormalDist().inv_cdf(1 - FALSE_ALARM_RATE / max(1, tests))
    chi2 = freedom * (1 - 2 / (9 * freedom) + z * (2 / (9 * freedom)) ** 0.5) ** 3
    return float(max(MIN_INDEX, (1 / old_rows + 1 / new_rows) * chi2))


def _counts(before: Column, after: Column) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Return row counts of both sides in the same bins (the last: missing), and unseen rows."""
    if before.ordered and before.numbers is not None and after.numbers is not None:
        edges = _deciles(before.numbers, before.counts)
        expected, actual = (
            np.bincount(np.searchsorted(edges, numbers), side.counts, len(edges) + 1)
            for side, numbers in ((before, before.numbers), (after, after.numbers))
        )
        return np.append(expected, before.missing), np.append(actual, after.missing), 0
    top = np.argsort(-before.counts, kind="stable")[:CATEGORIES]
    old = dict(zip(before.labels, before.counts.tolist(), strict=True))
    new = dict(zip(after.labels, after.counts.tolist(), strict=True))
    names = [before.labels[code] for code in top]
    frequent = [old[name] for name in names]
    same = [new.get(name, 0) for name in names]
    a = np.array([*frequent, before.present - sum(frequent), before.missing], np.float64)
    b = np.array([*same, after.present - sum(same), after.missing], np.float64)
    return a, b, sum(rows for name, rows in new.items() if name not in old)


def _deciles(numbers: Floats, counts: Counts) -> Floats:
    """Return the distinct deciles of ascending distinct numbers that occur `counts` times."""
    if counts.sum() == 0:
        return np.array([])
    cumulative = np.cumsum(counts) / counts.sum()
    return np.unique(numbers[np.searchsorted(cumulative, np.arange(1, BINS) / BINS)])
