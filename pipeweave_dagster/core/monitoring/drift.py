"""Drift by effect size, with a test that accounts for chance, over columns and over time.

A fixed threshold alarms on every small batch, a p-value alone on every large one. So a column has
drifted if the change is large enough to matter, and has a p-value that allows for all tests of all
columns (Bonferroni). All effects are shares of rows, so columns of any type can be ranked.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.columns.parquet_columns import ParquetColumns
from pipeweave_dagster.core.columns.value_counts import ValueCounts, count_values
from pipeweave_dagster.core.documents import ColumnDrift, DriftReport, StorageType
from pipeweave_dagster.core.monitoring.column_drift import (
    LEAST_EFFECT,
    Tested,
    drift_of,
    tests_of,
)
from pipeweave_dagster.core.monitoring.predicted_files import PredictedFiles
from pipeweave_dagster.core.monitoring.prediction_drift import prediction_tests, sample_notes

METHOD = (
    "share of rows that changed: Kolmogorov-Smirnov distance of numbers, total variation of "
    "categories, share of texts with a word, difference of the missing shares, share of rows with "
    "new categories"
)
MIN_ROWS = 50


def compare(
    batch: str,
    reference: Path,
    data: Path,
    features: list[str],
    level: float,
    hidden: Collection[str] = (),
    predicted: PredictedFiles | None = None,
) -> DriftReport:
    """Compare two files; see `pipeweave_dagster.core.monitoring.measure_drift`."""
    old, new = ParquetColumns(reference), ParquetColumns(data)
    if min(old.rows, new.rows) < MIN_ROWS:
        note = (
            f"Drift needs at least {MIN_ROWS} rows on both sides: there are {old.rows} training "
            f"rows and {new.rows} in the batch."
        )
        return DriftReport(
            batch=batch,
            rows=new.rows,
            method=METHOD,
            columns=[],
            verdict="too few rows",
            notes=[note],
        )
    found = {name: _compared(name, old, new, hidden=name in hidden) for name in features}
    notes = []
    if predicted is not None and (tests := prediction_tests(predicted, MIN_ROWS)):
        found[predicted.name] = tests
        notes = sample_notes(predicted, new.rows)
    count = sum(len(tests) for tests in found.values() if isinstance(tests, list))
    each = level / max(1, count)
    columns = [
        tests if isinstance(tests, ColumnDrift) else drift_of(name, tests, each)
        for name, tests in found.items()
    ]
    columns.sort(key=lambda c: (not c.drifted, -_effect(c)))
    return DriftReport(
        batch=batch,
        rows=new.rows,
        method=METHOD,
        columns=columns,
        verdict="drifted" if any(c.drifted for c in columns) else "stable",
        level=each,
        notes=notes,
    )


def _effect(column: ColumnDrift) -> float:
    """Return the share of rows that changed: all of them in a column that cannot be compared."""
    return 1.0 if column.score is None else column.score


def _compared(
    name: str, old: ParquetColumns, new: ParquetColumns, *, hidden: bool
) -> ColumnDrift | list[Tested]:
    before, after = _column(old, name), _column(new, name)
    if before is None or after is None:
        side = "batch" if after is None else "training rows"
        note = f"The column is missing from the {side}."
        return _incomparable(name, note, drifted=after is None)
    if before.ordered != after.ordered and after.present and before.present:
        note = f"Its type changed from {before.storage} to {after.storage}."
        return _incomparable(name, note, drifted=True).model_copy(update={"change": "type"})
    return tests_of(before, after, hidden=hidden)


def _incomparable(name: str, note: str, *, drifted: bool) -> ColumnDrift:
    least = LEAST_EFFECT["distribution"]
    return ColumnDrift(
        name=name, score=None, threshold=least, drifted=drifted, note=note, change="absent"
    )


def _column(stored: ParquetColumns, name: str) -> ValueCounts | None:
    if name not in stored:
        return None
    raw = stored.read(name)
    return count_values(raw, _storage(raw.type))


def _storage(kind: Any) -> StorageType:
    from pyarrow import types

    if types.is_boolean(kind):
        return "boolean"
    if types.is_time(kind):
        return "time"
    if types.is_temporal(kind):
        return "datetime"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    return "text"
