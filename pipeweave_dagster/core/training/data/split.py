"""Which rows are test rows, and in which fold the others are: a function of each row itself."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.split_parts import name_of_test_part
from pipeweave_dagster.core.documents import SplitSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import as_moments, as_number, as_text, row_keys
from pipeweave_dagster.core.training.data.fold_assignment import FEWEST_KEYS, assign_folds

Index = NDArray[np.intp]

_MOSTLY_COPIES = 0.5
_MANY_VALUES, _MANY_OF_ROWS, _ALIKE = 20, 0.2, 0.95
_HELD_OUT = ("valid", "validation", "val", "dev")
_TOGETHER = "equal rows stay on one side"


class Split(NamedTuple):
    """Row numbers of the test part, and the fold of every row.

    `fold` is -1 for rows that are in no validation part (test rows, and rows of a class that is
    too rare to be spared); `ordered` tells that fold k may only learn from folds before it.
    """

    test: Index
    train: Index
    fold: Index
    ordered: bool
    note: str


def split_rows(
    spec: SplitSpec, features: pd.DataFrame, divider: pd.Series | None, strata: Index
) -> Split:
    """Divide the rows as the specification says.

    Args:
        spec: Kind, share of test rows, number of folds.
        features: Prepared features, whose content is hashed for the kind `hash`.
        divider: The column of the other kinds.
        strata: A small number for each row (its class, or a bin of its value), so that folds
            and rare classes are balanced.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where the column leaves no rows on one side.
    """
    if spec.kind == "hash" or divider is None:
        keys, note = _row_keys(features, strata)
        return _by_keys(spec, keys, strata, note)
    if spec.kind == "time":
        return _by_time(spec, divider)
    if spec.kind == "group":
        return _by_groups(spec, divider, features, strata)
    return _by_fold(spec, divider, features)


def strata_of(y: Array, classes: int) -> Index:
    """Class codes, or up to ten bins of equal size for regression."""
    if classes:
        return y.astype(np.intp)
    edges = np.quantile(y, np.linspace(0, 1, 11)[1:-1])
    return np.searchsorted(np.unique(edges), y).astype(np.intp)


def keeps_duplicates_together(split: Split) -> bool:
    """Whether equal rows are on one side (they are not where most rows are copies by nature)."""
    return split.note == _TOGETHER


def side_keys(features: pd.DataFrame) -> NDArray[np.uint64]:
    """What decides the side of rows: their prepared features."""
    return _mix(row_keys(features))


def group_keys(divider: pd.Series, features: pd.DataFrame) -> NDArray[np.uint64]:
    """What decides the side of rows of groups; a row whose group is not known stands alone.

    Args:
        divider: The group of each row.
        features: Prepared features of the same rows.
    """
    # Whole numbers are floats as soon as one is missing: in one batch of rows, not in the next.
    numeric = pd.api.types.is_numeric_dtype(divider.dtype)
    keys = _mix(_hashed(divider.astype(np.float64) if numeric else divider))
    alone = divider.isna().to_numpy()
    if alone.any():
        keys[alone] = side_keys(features.loc[alone])
    return keys


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread hashes evenly over 64 bits (finaliser of SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)


def _hashed(values: pd.Series) -> NDArray[np.uint64]:
    return np.asarray(pd.util.hash_pandas_object(values, index=False), dtype=np.uint64)


def _row_keys(features: pd.DataFrame, strata: Index) -> tuple[NDArray[np.uint64], str]:
    """A key of each row: its content, plus which copy it is where most rows are copies.

    Few columns of few values repeat by nature (a census of codes); then copies are told apart,
    else whole combinations would fall on one side and the two sides would differ. A table whose
    rows were taken several times has columns of many values, and equal rows have equal targets.
    """
    keys = side_keys(features)
    count = len(np.unique(keys))
    if count >= _MOSTLY_COPIES * len(keys) or _taken_again(features, keys, count, strata):
        return keys, _TOGETHER
    copy = pd.Series(keys).groupby(keys).cumcount().to_numpy(dtype=np.uint64)
    with np.errstate(over="ignore"):
        keys = _mix(keys + copy * np.uint64(0x9E3779B97F4A7C15))
    return keys, "most rows are copies of others by nature, so copies may be on both sides"


def _taken_again(
    features: pd.DataFrame, keys: NDArray[np.uint64], count: int, strata: Index
) -> bool:
    values = max((features[name].nunique() for name in features.columns), default=0)
    if values < max(_MANY_VALUES, _MANY_OF_ROWS * count):
        return False
    targets = pd.Series(strata).groupby(keys)
    return bool((targets.nunique() == 1)[targets.size() > 1].mean() > _ALIKE)


def _by_keys(spec: SplitSpec, keys: NDArray[np.uint64], strata: Index, note: str) -> Split:
    """All rows of a key go to one side and one fold, whatever their targets are."""
    by_size = spec.kind == "group"
    test, fold = assign_folds(keys, strata, spec.test_share, spec.folds, by_size=by_size)
    return Split(np.flatnonzero(test), np.flatnonzero(~test), fold, ordered=False, note=note)


def _by_groups(spec: SplitSpec, divider: pd.Series, features: pd.DataFrame, strata: Index) -> Split:
    """A group is in one fold with all its rows, of whatever class they are."""
    keys = group_keys(divider, features)
    count = len(np.unique(keys))
    if count < FEWEST_KEYS:
        raise validation_error(
            f"The column `{spec.column}` has {count} groups only: one is needed for the test part, "
            "and two to learn from and to compare models on.",
            fix="Name another column under `split:` in pipeweave.yaml, or remove it.",
            column=spec.column,
        )
    note = f"{count:,} groups of `{spec.column}`"
    if alone := int(divider.isna().sum()):
        note += f", {alone:,} of them rows without a value, which stand alone"
    return _by_keys(spec, keys, strata, note)


def _by_time(spec: SplitSpec, divider: pd.Series) -> Split:
    order = order_values(divider)
    filled = np.where(np.isfinite(order), order, np.nanmin(order, initial=np.inf))
    ranked = np.sort(filled)
    start = ranked[min(len(ranked) - 1, round(len(ranked) * (1 - spec.test_share)))]
    test = filled >= start
    _both_sides(spec, test)
    train = np.flatnonzero(~test)
    cuts = np.quantile(filled[train], np.linspace(0, 1, spec.folds + 2)[1:-1])
    fold = np.full(len(filled), -1, dtype=np.intp)
    fold[train] = np.searchsorted(cuts, filled[train], side="left") - 1
    return Split(
        np.flatnonzero(test), train, fold, ordered=True, note=f"the last rows by `{spec.column}`"
    )


def order_values(divider: pd.Series) -> Array:
    """Numbers that are larger for later rows; NaN where the moment is missing."""
    if pd.api.types.is_numeric_dtype(divider.dtype):
        return as_number(divider)
    days = (as_moments(divider) - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
    return np.asarray(days, dtype=np.float64)


def _by_fold(spec: SplitSpec, divider: pd.Series, features: pd.DataFrame) -> Split:
    """Folds as a person numbered or named them; those called `valid` are only held out."""
    labels = as_text(divider)
    names = sorted({str(v) for v in labels if v is not None}, key=lambda s: (len(s), s))
    last = name_of_test_part(names, str(spec.column))
    test = np.array([v == last for v in labels])
    _both_sides(spec, test)
    others = [n for n in names if n != last]
    held_out = [n for n in others if n.lower() in _HELD_OUT]
    only = others if not held_out or len(held_out) == len(others) else held_out
    position = {name: index for index, name in enumerate(only)}
    fold = np.array([position.get(str(v), -1) for v in labels], dtype=np.intp)
    train = np.flatnonzero(~test)
    if len(others) < 2:
        _, of = np.unique(side_keys(features.iloc[train]), return_inverse=True)
        fold[train] = of % spec.folds
    note = f"fold `{last}` is the test part"
    if only is held_out:
        note += f", `{'`, `'.join(held_out)}` is what models are compared on"
    if unknown := sum(v is None for v in labels):
        note += f"; {unknown:,} rows without a fold are only learned from"
    return Split(np.flatnonzero(test), train, fold, ordered=False, note=note)


def _both_sides(spec: SplitSpec, test: NDArray[np.bool_]) -> None:
    if test.all() or not test.any():
        raise validation_error(
            f"The split by {spec.kind} on `{spec.column}` leaves all rows on one side.",
            fix="Name another column under `split:` in pipeweave.yaml, or remove it.",
            column=spec.column,
        )
