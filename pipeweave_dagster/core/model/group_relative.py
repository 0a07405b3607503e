"""Steps that compare a row with its group, and make keys of groups.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from pipeweave_dagster.core.model.trusted_types import HOME


class GroupRelative(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Compare the numbers of a row with those of its group, such as a race or a household.

    Inputs are the columns whose equal values form a group, and then numbers; outputs are how many
    rows the group has, and for each number its difference from the group's mean, its ratio to it,
    its rank in the group (0 to 1, ties in the middle) and that mean.

    The row counts as one of its group, in fitting as in scoring: a training row is among those that
    are stored, a scored row joins them. So both are compared with the other known rows of the group
    and with themselves, and a prediction does not depend on which rows are scored together. For a
    row without others, as of an unseen group, the outputs of numbers are missing. So they are for
    one of five training rows, whatever its group: else a model would not learn to do without them.

    Args:
        keys: How many of the inputs form the group.
    """

    __module__ = HOME
    outputs = 4
    lone = 5

    def __init__(self, keys: int = 1) -> None:
        self.keys = keys

    def fit(self, x: pd.DataFrame, y: Any = None) -> "GroupRelative":
        """Store the sorted values of each group."""
        del y
        known, keys = key_hashes(x.iloc[:, : self.keys])
        self.keys_, codes = np.unique(keys[known], return_inverse=True)
        self.sizes_ = np.bincount(codes, minlength=len(self.keys_))
        self.stored_ = [_stored(codes, v[known], len(self.keys_)) for v in self._numbers(x)]
        return self

    def _numbers(self, x: pd.DataFrame) -> list[np.ndarray]:
        return [x.iloc[:, k].to_numpy(dtype=np.float64) for k in range(self.keys, x.shape[1])]

    def fit_transform(self, x: pd.DataFrame, y: Any = None) -> np.ndarray:
        """Fit, and compare the training rows, which are among the stored ones."""
        self.fit(x, y)
        made = self._compared(x, joining=0)
        made[key_hashes(x)[1] % self.lone == 0] = [1.0] + [np.nan] * (made.shape[1] - 1)
        return made

    def transform(self, x: pd.DataFrame) -> np.ndarray:
        """Compare rows that join their groups, shape (rows, 1 + 4 * numbers)."""
        return self._compared(x, joining=1)

    def _compared(self, x: pd.DataFrame, joining: int) -> np.ndarray:
        known, keys = key_hashes(x.iloc[:, : self.keys])
        unseen = len(self.keys_)
        codes = np.searchsorted(self.keys_, keys)
        codes[~known | (np.append(self.keys_, np.uint64(0))[codes] != keys)] = unseen
        size = np.append(self.sizes_, 1 - joining)[codes] + joining
        made = [size.astype(np.float64)]
        for numbers, stored in zip(self._numbers(x), self.stored_, strict=True):
            made += _relative_to(codes, numbers, stored, joining)
        return np.stack(made, axis=1)


class GroupKeys(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Make one number of several columns, equal where all of them are: a key of their group."""

    __module__ = HOME

    def fit(self, x: pd.DataFrame, y: Any = None) -> "GroupKeys":
        """Do nothing: a key depends on its row alone."""
        del x, y
        self.fitted_ = True
        return self

    def transform(self, x: pd.DataFrame) -> np.ndarray:
        """Return the keys, shape (rows, 1); NaN where a value is missing."""
        known, keys = key_hashes(x)
        # The upper 52 bits, which float64 holds.
        return np.where(known, (keys >> np.uint64(12)).astype(np.float64), np.nan)[:, None]


def key_hashes(columns: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows have all values, and a hash of each row: of equal ones, equal hashes."""
    # Adding 0 makes -0 and 0 one key.
    plain = {n: v + 0.0 if v.dtype.kind == "f" else v.astype(object) for n, v in columns.items()}
    hashes = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    return columns.notna().all(axis=1).to_numpy(), hashes.to_numpy(dtype=np.uint64)


def _stored(codes: np.ndarray, numbers: np.ndarray, groups: int) -> dict[str, np.ndarray]:
    """Return the sorted values of the groups, where those of each start, and their sums."""
    there = ~np.isnan(numbers)
    order = np.lexsort((numbers[there], codes[there]))
    codes, values = codes[there][order], numbers[there][order]
    return {
        "places": _places(codes, values),
        # The group after the last has no rows: that of rows whose group is unseen.
        "starts": np.searchsorted(codes, np.arange(groups + 2)),
        "sums": np.bincount(codes, weights=values, minlength=groups + 1),
    }


def _relative_to(
    codes: np.ndarray, numbers: np.ndarray, stored: dict[str, np.ndarray], joining: int
) -> list[np.ndarray]:
    """Return difference, ratio, rank and mean of numbers in their groups."""
    first, last = stored["starts"][codes], stored["starts"][codes + 1]
    there = ~np.isnan(numbers)
    joins = np.where(there, joining, 0)
    count = last - first + joins
    lone = count - there == 0
    wanted = _places(codes, numbers)
    with np.errstate(all="ignore"):
        mean = (stored["sums"][codes] + np.where(there, joins * numbers, 0.0)) / count
        ratio = numbers / mean
        below = np.searchsorted(stored["places"], wanted) - first
        upto = np.searchsorted(stored["places"], wanted, side="right") - first + joins
        rank = np.where(there, (below + upto) / (2 * count), np.nan)
        made = [numbers - mean, ratio, rank, mean]
    return [np.where(np.isfinite(column) & ~lone, column, np.nan) for column in made]


def _places(groups: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return complex numbers, which numpy orders by their group and then by their value."""
    places = np.empty(len(groups), dtype=np.complex128)
    places.real, places.imag = groups, numbers
    return places
