"""The section on time: span, gaps, repeated moments and cycles."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.row_times import DAY
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.eda.time_coverage import coverage
from pipeweave_dagster.core.eda.time_spans import time_spans
from pipeweave_dagster.core.number_format import moment

BINS = 60
MIN_ROWS = 5
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def time_section(clock: tuple[Column, list[str]] | None, target: Target | None) -> Any:
    """Return coverage, rows over time, and rows and target by hour, weekday and month.

    Args:
        clock: The moments of the rows, and the columns they are from; None if unknown.
        target: For its rate or mean per part of a cycle (not for multiclass targets).
    """
    if clock is None:
        return None
    column, names = clock
    covered = coverage(column)
    if not covered:
        return None
    place, edges = time_spans(column, BINS)
    over = np.bincount(place[place >= 0], minlength=BINS)
    return {
        "columns": names,
        **covered,
        **_ends(column),
        "repeated": column.present - column.distinct,
        "rows": {"edges": edges, "counts": [int(n) for n in over]},
        "cycles": [
            c for name in ("hour", "weekday", "month") if (c := _cycle(column, name, target))
        ],
    }


def _ends(column: Column) -> dict[str, str]:
    """Return first and last day; of a day with fewer than five rows only the month."""
    numbers = column.numbers
    if numbers is None:
        return {}
    days, place = np.unique(np.floor(numbers / DAY), return_inverse=True)
    rows = np.bincount(place, column.counts)
    return {
        name: moment(float(days[at]) * DAY, "date", exact=bool(rows[at] >= MIN_ROWS))
        for name, at in (("first", 0), ("last", -1))
    }


def _cycle(column: Column, name: str, target: Target | None) -> dict[str, Any] | None:
    numbers = column.numbers
    if numbers is None:
        return None
    parts, labels, span = _parts(numbers, name)
    if numbers[-1] - numbers[0] < span or len(np.unique(parts)) < 2:
        return None
    rows = np.bincount(parts, column.counts, minlength=len(labels)).astype(np.int64)
    entry = {"name": name, "labels": list(labels), "rows": [int(n) for n in rows]}
    if target is not None and target.task != "multiclass" and target.classes > 1:
        entry |= _of_target(np.append(parts, -1)[column.codes], len(labels), target)
    return entry


def _parts(numbers: Floats, name: str) -> tuple[NDArray[np.int64], tuple[str, ...], float]:
    """Return the part of each moment, the names of the parts, and the span needed to show them."""
    days = np.floor(numbers / DAY).astype(np.int64)
    if name == "hour":
        hours = np.floor((numbers - days * DAY) / 3600).astype(np.int64)
        return hours, tuple(f"{hour:02}" for hour in range(24)), 2 * DAY
    if name == "weekday":
        return (days + 3) % 7, _DAYS, 14 * DAY  # 1970-01-01 was a Thursday
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months % 12, _MONTHS, 60 * DAY


def _of_target(parts: NDArray[np.int64], size: int, target: Target) -> dict[str, Any]:
    """Return rate or mean of the target per part, and the share of its variance explained."""
    both = (parts >= 0) & target.known
    part = parts[both]
    number = target.values is not None
    values = target.values if target.values is not None else target.codes == target.positive
    y = values[both].astype(np.float64)
    if len(y) == 0:
        return {}
    scale = max(1.0, float(np.abs(y).max()))  # squares stay finite
    y = y / scale
    centre = float(y.mean())
    y = y - centre
    rows = np.bincount(part, minlength=size)
    means = np.bincount(part, y, minlength=size) / np.maximum(rows, 1)
    total = float(((y - y.mean()) ** 2).sum())
    between = min(total, float((rows * (means - y.mean()) ** 2).sum()))
    shown = [
        figure((float(mean) + centre) * scale) if n >= MIN_ROWS else None
        for mean, n in zip(means, rows, strict=True)
    ]
    explains = figure(round(between / total, 6)) if total > 0 else None
    return {"measure": "mean" if number else "rate", "target": shown, "explains": explains}
