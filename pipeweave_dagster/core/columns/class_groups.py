"""Groups of classes that a column separates exactly, such as the genus of a species."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Counts

MAX_REPAIRS = 100


@dataclass(frozen=True)
class ClassGroups:
    """A partition of classes and values into groups that are linked to each other only.

    Every group is one class with all of its values, or one value with all of its classes. Within
    a group the column therefore carries no information about the class: whatever it knows of the
    target is the group.

    Attributes:
        of_class: Shape (classes,): the group of each class, -1 if all of its rows are exceptions.
        sizes: Rows of each group.
        exceptions: Rows whose value and class belong to different groups.
        merged: Whether a value stands for several classes.
    """

    of_class: NDArray[np.int64]
    sizes: Counts
    exceptions: int
    merged: bool


def class_groups(counts: Counts, allowed: float) -> ClassGroups | None:
    """Return the groups, or None if more rows than allowed would be exceptions.

    Args:
        counts: Shape (k, classes): rows by value and class.
        allowed: Rows that may be exceptions.

    Example:
        >>> counts = np.array([[50, 40, 0], [0, 1, 60]])
        >>> groups = class_groups(counts, allowed=1)
        >>> groups.of_class.tolist(), groups.sizes.tolist(), groups.exceptions
        ([0, 0, 1], [90, 60], 1)
    """
    rows, columns = counts.sum(1, keepdims=True), counts.sum(0, keepdims=True)
    linked = (counts > 0) & ((2 * counts > rows) | (2 * counts > columns))
    for _ in range(MAX_REPAIRS):
        exceptions = int(counts.sum() - counts[linked].sum())
        if exceptions > allowed:
            return None
        tangled = linked & (linked.sum(1, keepdims=True) > 1) & (linked.sum(0, keepdims=True) > 1)
        if not tangled.any():
            return _groups(counts, linked, exceptions)
        weakest = np.where(tangled, counts, np.iinfo(np.int64).max).argmin()
        linked[np.unravel_index(weakest, linked.shape)] = False
    return None


def _groups(counts: Counts, linked: NDArray[np.bool_], exceptions: int) -> ClassGroups:
    """Number the groups; a group is named after its class if that has several values."""
    several = linked.sum(0) > 1
    names = np.where(several, len(counts) + np.arange(len(several)), linked.argmax(0))
    names = np.where(linked.any(0), names, -1)
    used = np.unique(names[names >= 0])
    of_class = np.where(names >= 0, np.searchsorted(used, names), -1)
    of_rows = np.where(linked, counts, 0).sum(0)
    sizes = np.bincount(of_class[of_class >= 0], of_rows[of_class >= 0], len(used))
    merged = bool((linked.sum(1) > 1).any())
    return ClassGroups(of_class, sizes.astype(np.int64), exceptions, merged)
