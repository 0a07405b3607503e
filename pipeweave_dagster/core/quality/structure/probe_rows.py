"""The rows of the probe: a bounded sample, in an order that does not depend on the file's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column, Floats
from pipeweave_dagster.core.columns.row_keys import row_keys
from pipeweave_dagster.core.columns.row_times import DAY
from pipeweave_dagster.core.columns.target import Target

Rows = NDArray[np.intp]

MAX_ROWS, MIN_ROWS = 6_000, 120
MAX_CELLS = 150_000
MAX_COLUMNS = 120
MAX_CLASSES = 8
"""Further classes count as one: each costs as much as a model of two classes."""
MAX_TEXT_SHARE = 0.5
"""Share of distinct values above which a text is free text, which the probe does not read."""
_DATES = frozenset({"date", "datetime"})
TAIL = 0.005
"""Values of a numeric target beyond these quantiles are clipped: a few rows must not decide."""


@dataclass(frozen=True)
class ProbeRows:
    """What the probe learns from.

    Attributes:
        rows: Shape (n,): positions in the table, in canonical order (by a hash of their content).
        x: Shape (n, columns), float32; NaN where missing.
        names: Names of the columns of `x`; a time has several.
        y: Shape (n,): class codes, or values.
        classes: Number of classes; 0 for regression.
    """

    rows: Rows
    x: NDArray[np.float32]
    names: list[str]
    y: Floats
    classes: int

    def without(self, name: str) -> "ProbeRows":
        """Return the same rows without one of the columns."""
        kept = [k for k, other in enumerate(self.names) if other != name]
        names = [self.names[k] for k in kept]
        return ProbeRows(self.rows, self.x[:, kept], names, self.y, self.classes)

    def part(self, rows: Rows) -> "ProbeRows":
        """Return some of the rows, given by their positions here."""
        return ProbeRows(self.rows[rows], self.x[rows], self.names, self.y[rows], self.classes)


def probe_rows(columns: list[Column], target: Target, key: Codes | None) -> ProbeRows | None:
    """Return the rows to probe; None if there are too few of them, or nothing to learn from.

    Args:
        columns: The features.
        target: The target; its rows without a value are left out.
        key: Shape (n,): the group of each row, of which whole groups are sampled; -1 for none.
            None samples single rows.
    """
    read = [c for c in columns if _readable(c)][:MAX_COLUMNS]
    known = np.flatnonzero(target.known)
    if len(known) < MIN_ROWS or not read:
        return None
    content = row_keys([*read, target.column])
    if key is not None:
        known = known[key[known] >= 0]
    chosen = _sample(known, content, key, min(MAX_ROWS, MAX_CELLS // len(read)))
    if len(chosen) < MIN_ROWS:
        return None
    y, classes = _target_of(target, chosen)
    parts = [(c.name, part) for c in read for part in _numbers(c, chosen)]
    x = np.column_stack([part for _, part in parts]).astype(np.float32)
    return ProbeRows(chosen, x, [name for name, _ in parts], y, classes)


def _readable(column: Column) -> bool:
    if column.distinct < 2:
        return False
    return column.ordered or column.distinct <= MAX_TEXT_SHARE * column.present


def _sample(known: Rows, content: NDArray[np.uint64], key: Codes | None, most: int) -> Rows:
    """Return at most so many rows, sorted by their content; whole groups if there is a key."""
    order = known[np.argsort(content[known], kind="stable")]
    if len(order) <= most:
        return order
    if key is None:
        return order[:most]
    groups = key[order]
    # The smallest hash of a group's rows is a random number of the group.
    first = np.full(int(groups.max()) + 1, len(order), dtype=np.int64)
    np.minimum.at(first, groups, np.arange(len(order)))
    sizes = np.bincount(groups, minlength=len(first))
    taken = np.argsort(first, kind="stable")
    taken = taken[sizes[taken] > 0]
    taken = taken[: max(1, int(np.searchsorted(np.cumsum(sizes[taken]), most, side="right")))]
    return order[np.isin(groups, taken)][: 2 * most]


def _target_of(target: Target, rows: Rows) -> tuple[Floats, int]:
    if target.values is not None:
        values = target.values[rows]
        low, high = np.quantile(values, [TAIL, 1 - TAIL])
        return np.clip(values, low, high), 0
    codes = target.codes[rows].astype(np.intp)
    counts = np.bincount(codes, minlength=target.classes)
    common = np.argsort(-counts, kind="stable")[: MAX_CLASSES - 1]
    if target.classes > MAX_CLASSES:
        place = np.full(target.classes, MAX_CLASSES - 1)
        place[common] = np.arange(len(common))
        codes = place[codes]
    _, codes = np.unique(codes, return_inverse=True)
    return codes.astype(np.float64), int(codes.max()) + 1


def _numbers(column: Column, rows: Rows) -> list[Floats]:
    """Return values, codes of categories in the order of their text, or the parts of a time."""
    codes = column.codes[rows]
    missing = codes < 0
    if column.numbers is None or not column.ordered:
        return [np.where(missing, np.nan, codes)]
    values = np.append(column.numbers, np.nan)[codes]
    if column.info.storage not in _DATES:
        return [values]
    # As float32 close times would be equal; their ranks keep the order.
    days = np.floor(values / DAY)
    month = np.full(len(rows), np.nan)
    moments = days[~missing].astype("datetime64[D]")
    month[~missing] = moments.astype("datetime64[M]").astype(np.int64) % 12
    parts = [np.where(missing, np.nan, codes), days % 7, month]
    if column.info.storage == "datetime":
        parts.append(values % DAY)
    return parts
