"""Columns whose equal values may tie rows together, so that they should not be divided.

Only proposed, never assumed: a shared ticket may mean a family, a shared postcode need not.
"""

import math

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import as_text

_LEAST_DISTINCT = 0.15
_MOST_MEAN_SIZE = 10
_LEAST_ROWS = 40
_SHARE = (0.1, 0.98)
_CLEARLY = 3.0


def group_notes(table: pd.DataFrame, y: Array, classes: int) -> list[str]:
    """A sentence for each column that repeats in small groups whose targets are alike.

    Args:
        table: Raw features; only columns of text are looked at.
        y: Class codes or values.
        classes: Number of classes; 0 for regression.
    """
    notes = []
    for name in table.columns:
        if table[name].dtype.kind in "iufbM":
            continue
        found = _groups(table[name])
        if found is None:
            continue
        codes, count = found
        z = _alike(codes, y, classes)
        if z > _CLEARLY:
            notes.append(
                f"`{name}` repeats in {len(codes[codes >= 0])} rows of {count} small groups whose "
                "targets are alike. If rows of a group belong together (a family, a patient), set "
                f"`split: {{group: {name}}}` in pipeweave.yaml; else scores flatter."
            )
    return notes[:3]


def _groups(column: pd.Series) -> tuple[np.ndarray, int] | None:
    """Each row's group (-1: it stands alone) and their number; None if it is no such column."""
    texts = pd.Series(as_text(column))
    known = int(texts.notna().sum())
    sizes = texts.map(texts.value_counts()).fillna(0).to_numpy()
    rows = int((sizes > 1).sum())
    distinct = texts.nunique()
    if known == 0 or rows < _LEAST_ROWS or distinct < _LEAST_DISTINCT * known:
        return None
    groups = texts[sizes > 1].nunique()
    if not _SHARE[0] <= rows / known <= _SHARE[1] or rows / groups > _MOST_MEAN_SIZE:
        return None
    codes = np.where(sizes > 1, pd.factorize(texts)[0], -1)
    return codes, groups


def _alike(codes: np.ndarray, y: Array, classes: int) -> float:
    """How far members of a group are more alike than chance, in standard errors."""
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
