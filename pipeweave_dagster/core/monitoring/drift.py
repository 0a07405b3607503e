"""Drift by the population stability index, judged against what chance alone would give.

A fixed limit (0.1 or 0.2 by custom) alarms on every small batch: with n and m rows in k bins the
index of two samples of one population is about (1/n + 1/m) times a chi-square with k - 1 degrees
of freedom (Yurdakul and Naranjo, 2020). So the threshold is the larger of 0.1 and the quantile
that one clean batch in a hundred exceeds in any of its columns.
"""

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, coded
from pipeweave_dagster.core.columns.parquet_columns import Stored
from pipeweave_dagster.core.documents import ColumnDeduction, ColumnDrift, DriftReport, StorageType

METHOD = "population stability index over training deciles or categories"
MIN_ROWS = 50
MIN_INDEX = 0.1
FALSE_ALARMS = 0.01
BINS = 10
CATEGORIES = 20


def compare(batch: str, reference: Path, data: Path, features: list[str]) -> DriftReport:
    """See `pipeweave_dagster.core.monitoring.measure_drift`."""
    old, new = Stored(reference), Stored(data)
    enough = min(old.rows, new.rows) >= MIN_ROWS
    columns = [_drift(name, old, new, len(features)) for name in features] if enough else []
    drifted = any(column.drifted for column in columns)
    told = "drifted" if drifted else "stable"
    note = f"Both sides need {MIN_ROWS} rows; there are {old.rows} and {new.rows}."
    return DriftReport(
        batch=batch,
        rows=new.rows,
        method=METHOD,
        columns=columns,
        verdict=told if enough else "too few rows",
        notes=[] if enough else [note],
    )


def _column(stored: Stored, name: str) -> Column | None:
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
    return coded(info, raw)


def _storage(kind: Any) -> StorageType:
    from pyarrow import types

    if types.is_boolean(kind):
        return "boolean"
    if types.is_temporal(kind):
        return "datetime"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    return "text"


def _drift(name: str, old: Stored, new: Stored, tests: int) -> ColumnDrift:
    before, after = _column(old, name), _column(new, name)
    if before is None or after is None:
        side = "batch" if after is None else "training rows"
        note = f"The column is missing in the {side}."
        return ColumnDrift(
            name=name, score=None, threshold=MIN_INDEX, drifted=after is None, note=note
        )
    if before.ordered != after.ordered and after.present and before.present:
        note = f"It was {before.info.storage} and is {after.info.storage} now."
        return ColumnDrift(name=name, score=None, threshold=MIN_INDEX, drifted=True, note=note)
    a, b, unseen = _counts(before, after)
    score, limit = stability_index(a, b), threshold(int(a.sum()), int(b.sum()), len(a), tests)
    note = f"{unseen:,} rows have categories that training never saw." if unseen else ""
    return ColumnDrift(
        name=name,
        score=round(score, 6),
        threshold=round(limit, 6),
        drifted=score > limit,
        note=note,
    )


def stability_index(old: NDArray[Any], new: NDArray[Any]) -> float:
    """PSI of two count vectors of the same k bins; half a row is added to each bin."""
    p = (old + 0.5) / (old.sum() + 0.5 * len(old))
    q = (new + 0.5) / (new.sum() + 0.5 * len(new))
    return float(((p - q) * np.log(p / q)).sum())


def threshold(old_rows: int, new_rows: int, bins: int, tests: int) -> float:
    """The index above which a column counts as drifted (Wilson and Hilferty's chi-square)."""
    freedom = max(1, bins - 1)
    z = NormalDist().inv_cdf(1 - FALSE_ALARMS / max(1, tests))
    chi2 = freedom * (1 - 2 / (9 * freedom) + z * (2 / (9 * freedom)) ** 0.5) ** 3
    return float(max(MIN_INDEX, (1 / old_rows + 1 / new_rows) * chi2))


def _counts(before: Column, after: Column) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Rows of both sides in the same bins (the last is missing), and rows of unseen categories."""
    if before.ordered and before.numbers is not None and after.numbers is not None:
        share = np.cumsum(before.counts) / max(1, before.present)
        places = np.searchsorted(share, np.arange(1, BINS) / BINS)
        cuts = np.unique(before.numbers[places]) if before.present else np.array([])
        a = np.bincount(np.searchsorted(cuts, before.numbers), before.counts, len(cuts) + 1)
        b = np.bincount(np.searchsorted(cuts, after.numbers), after.counts, len(cuts) + 1)
        return np.append(a, before.missing), np.append(b, after.missing), 0
    top = np.argsort(-before.counts, kind="stable")[:CATEGORIES]
    old = dict(zip(before.labels, before.counts.tolist(), strict=True))
    new = dict(zip(after.labels, after.counts.tolist(), strict=True))
    names = [before.labels[place] for place in top]
    known = [old[name] for name in names]
    again = [new.get(name, 0) for name in names]
    a = np.array([*known, before.present - sum(known), before.missing], np.float64)
    b = np.array([*again, after.present - sum(again), after.missing], np.float64)
    return a, b, sum(rows for name, rows in new.items() if name not in old)
