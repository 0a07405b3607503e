"""Hints that a column groups rows which belong together, so that a split should not divide them.

Only proposed, never assumed: a shared ticket may mean a family, a shared postcode need not.
"""

import math
import re

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.column_values import coded

_MIN_DISTINCT_SHARE = 0.15
_MAX_MEAN_SIZE = 10
_MIN_ROWS = 40
_REPEATED_SHARE = (0.1, 0.98)
_MIN_Z = 3.0
_MOST_NOTES = 3
_REMEDY = "`split: {group: "
_HINTED = re.compile(r"`split: \{group: ([^`]*)\}`")


def group_notes(table: pd.DataFrame, y: Array, classes: int) -> list[str]:
    """Return a note per column that repeats in small groups with similar targets.

    Args:
        table: Raw features; only text columns are checked.
        y: Class codes or values.
        classes: Number of classes; 0 for regression.
    """
    notes = []
    for name in table.columns:
        if table[name].dtype.kind in "iufbM":
            continue
        groups = _groups(table[name])
        if groups is None:
            continue
        codes, count = groups
        if _similarity(codes, y, classes) > _MIN_Z:
            notes.append(
                f"`{name}` repeats in {len(codes[codes >= 0])} rows of {count} small groups with "
                "similar targets. If the rows of a group belong together (a family, a patient), "
                f"set {_REMEDY}{name}}}` in pipeweave.yaml; otherwise scores are "
                "optimistic."
            )
    return notes[:_MOST_NOTES]


def is_group_hint(note: str) -> bool:
    """Return whether a note is one of `group_notes`."""
    return _REMEDY in note


def hinted_group(note: str) -> str | None:
    """Return the column of which a note says that it groups rows; None for other notes.

    Example:
        >>> hinted_group("Set `split: {group: patient}` in pipeweave.yaml.")
        'patient'
    """
    found = _HINTED.search(note)
    return found[1] if found else None


def _groups(column: pd.Series) -> tuple[np.ndarray, int] | None:
    """Return the group of each row (-1: none) and the number of groups; None without groups."""
    codes, _ = coded(column)
    known = codes[codes >= 0]
    sizes = np.bincount(known)
    if len(known) == 0 or len(sizes) < _MIN_DISTINCT_SHARE * len(known):
        return None
    repeated = sizes > 1
    rows, groups = int(sizes[repeated].sum()), int(repeated.sum())
    low, high = _REPEATED_SHARE
    if rows < _MIN_ROWS or not low <= rows / len(known) <= high or rows / groups > _MAX_MEAN_SIZE:
        return None
    return np.where((codes >= 0) & repeated[codes], codes, -1), groups


def _similarity(codes: np.ndarray, y: Array, classes: int) -> float:
    """Return by how many standard errors members of a group are more similar than chance."""
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    first, second = order[:-1], order[1:]
    pairs = codes[first] == codes[second]
    a, b = y[first[pairs]], y[second[pairs]]
    if classes:
        same = a == b
        chance = float(np.sum((np.bincount(y.astype(int)) / len(y)) ** 2))
        error = math.sqrt(max(chance * (1 - chance) / max(len(a), 1), 1e-12))
        return (float(np.mean(same)) - chance) / error if len(a) else 0.0
    if len(a) < 3 or np.std(y) == 0:
        return 0.0
    return float(np.mean((a - y.mean()) * (b - y.mean())) / np.var(y)) * math.sqrt(len(a))
