"""Which columns are missing together, and whether that tells the target."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.sentinel_values import find_sentinels
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.eda.categories import RARE
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.eda.target_relation import rate_interval
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.quality.guardrails.missing.placeholders import placeholder_codes

PATTERNS = 10
COLUMNS = 30
TIME_BINS = 40


def missingness(
    columns: list[Column], target: Target | None, time: Column | None
) -> dict[str, Any]:
    """Share by column, the most frequent patterns, and missing against target and time.

    Args:
        columns: All columns; only those with missing values are looked at, at most the thirty
            with the most. A repeated extreme far from all others, and words for `missing`, count as
            missing and are named.
        target: For the rate of the target where a column is missing and where it is not.
        time: The leading date column, for the share that is missing over time.
    """
    found = find_sentinels(columns)
    absent = {c.name: _absent(c, found.get(c.name)) for c in columns}
    gaps = sorted((c for c in columns if absent[c.name].rows), key=lambda c: -absent[c.name].rows)
    top = gaps[:COLUMNS]
    masks = [absent[c.name].mask(c) for c in top]
    return {
        "columns": [absent[c.name].told(c) for c in top],
        "left_out": len(gaps) - len(top),
        "patterns": _patterns(top, masks),
        "target": _against_target(top, masks, target),
        "time": _over_time(top, masks, time),
    }


@dataclass(frozen=True)
class _Absent:
    """Rows without a value, and the places of values that seem to stand for `missing`."""

    rows: int
    places: tuple[int, ...] = ()
    words: tuple[str, ...] = ()

    def mask(self, column: Column) -> Any:
        gone = column.codes < 0
        for place in self.places:
            gone |= column.codes == place
        return gone

    def told(self, column: Column) -> dict[str, Any]:
        told = {"name": column.name, "missing": self.rows, "share": figure(self.rows / column.rows)}
        return {**told, "stands_for_missing": list(self.words)} if self.words else told


def _absent(column: Column, found: tuple[float, int] | None) -> _Absent:
    """What is missing, and what seems to be: an extreme far from all others, or a word for it."""
    if column.info.pii:
        return _Absent(column.missing)
    if found is not None and column.numbers is not None:
        place = int(np.searchsorted(column.numbers, found[0]))
        return _Absent(column.missing + found[1], (place,), (number(found[0]),))
    places = placeholder_codes(column)
    rows = column.missing + int(sum(column.counts[place] for place in places))
    words = tuple(column.labels[place][:20] for place in places[:3])
    return _Absent(rows, tuple(places), words)


def _patterns(columns: list[Column], masks: list[Any]) -> list[dict[str, Any]]:
    if not columns:
        return []
    key = np.zeros(columns[0].rows, np.int64)
    for place, mask in enumerate(masks):
        key |= mask.astype(np.int64) << place
    patterns, rows = np.unique(key, return_counts=True)
    order = np.argsort(-rows, kind="stable")[:PATTERNS]
    return [
        {
            "missing": [c.name for i, c in enumerate(columns) if patterns[p] >> i & 1],
            "rows": int(rows[p]),
        }
        for p in order
        if rows[p] >= RARE
    ]


def _against_target(
    columns: list[Column], masks: list[Any], target: Target | None
) -> list[dict[str, Any]]:
    """Rate of the positive class, or mean, with and without a value (binary and numbers only)."""
    if target is None or target.task == "multiclass":
        return []
    known = target.known
    found = []
    for column, mask in zip(columns, masks, strict=True):
        if column.name == target.name:
            continue
        sides = [known & mask, known & ~mask]
        if min(int(side.sum()) for side in sides) >= RARE:
            found.append(
                {
                    "name": column.name,
                    "missing": _side(target, sides[0]),
                    "present": _side(target, sides[1]),
                }
            )
    return found


def _side(target: Target, rows: Any) -> dict[str, Any]:
    count = int(rows.sum())
    if target.values is not None:
        values = target.values[rows]
        scale = max(1.0, float(np.abs(values).max()))  # sums stay finite
        return {"rows": count, "mean": figure(float((values / scale).mean()) * scale)}
    hits = int((target.codes[rows] == target.positive).sum())
    low, high = rate_interval(hits, count)
    return {"rows": count, "rate": figure(hits / count), "low": figure(low), "high": figure(high)}


def _over_time(
    columns: list[Column], masks: list[Any], time: Column | None
) -> dict[str, Any] | None:
    """Share missing in equal spans of time, for each column."""
    if time is None or time.numbers is None or time.distinct < 2 or not columns:
        return None
    spans, edges = span_of(time, TIME_BINS)
    rows = np.bincount(spans[spans >= 0], minlength=TIME_BINS)
    shares = []
    for column, mask in zip(columns, masks, strict=True):
        if column.name != time.name:
            gone = np.bincount(spans[mask & (spans >= 0)], minlength=TIME_BINS)
            cells = [
                figure(round(g / n, 4)) if n else None for g, n in zip(gone, rows, strict=True)
            ]
            shares.append({"name": column.name, "shares": cells})
    return {"column": time.name, "edges": edges, "columns": shares}


def span_of(time: Column, bins: int) -> tuple[Any, list[Any]]:
    """Shape (n,): the equal span of time of each row (-1 where missing), and the edges."""
    numbers = time.numbers
    if numbers is None:
        raise TypeError(time.name)
    edges = np.linspace(numbers[0], numbers[-1], bins + 1)
    place = np.clip(np.searchsorted(edges, numbers, "right") - 1, 0, bins - 1)
    return np.append(place, -1)[time.codes], [figure(edge) for edge in edges]
