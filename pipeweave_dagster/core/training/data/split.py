"""Which rows are test rows, and the fold of the others: a function of each row itself."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.split_parts import name_of_test_part
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import SplitSpec
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.column_values import (
    as_moments,
    as_number,
    as_text,
    days_since_1970,
)
from pipeweave_dagster.core.training.data.fold_assignment import (
    FEWEST_KEYS,
    Index,
    Mask,
    assign_folds,
)
from pipeweave_dagster.core.training.data.split_keys import (
    TOGETHER,
    Keys,
    content_keys,
    group_keys,
    keys_of_ids,
    keys_with_copies,
)

__all__ = [
    "Index",
    "Split",
    "keeps_copies_together",
    "order_values",
    "split_rows",
    "strata_of",
]

_VALIDATION_NAMES = ("valid", "validation", "val", "dev")
_REMEDY = "Name another column under `split:` in pipeweave.yaml, or remove it."


class Split(NamedTuple):
    """Positions of test and training rows, and the fold of every row.

    `fold` is -1 for rows that are never validation rows (test rows, and rows of a class that is
    too rare). If `ordered`, fold k may only learn from folds before it.
    """

    test: Index
    train: Index
    fold: Index
    ordered: bool
    note: str


def split_rows(
    spec: SplitSpec,
    features: pd.DataFrame,
    divider: pd.Series | None,
    strata: Index,
    row_id: pd.Series | None = None,
    tested: Mask | None = None,
) -> Split:
    """Split the rows as the specification says.

    Args:
        spec: Kind, share of test rows, number of folds.
        features: Prepared features, whose content is hashed for the kind `hash`.
        divider: The column of the other kinds.
        strata: A small integer per row (its class, or a bin of its value), so that folds and rare
            classes are balanced.
        row_id: What identifies each row, for the kind `hash`; None: its content.
        tested: Rows that are test rows of an earlier model, and of this one for the kind `hash`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the column leaves no rows on one side.
    """
    if spec.kind == "hash" or divider is None:
        keys, note = keys_with_copies(features, strata)
        if row_id is not None:
            keys = keys_of_ids(row_id, features, together=note == TOGETHER)
        return _by_keys(spec, keys, strata, note, tested)
    if spec.kind == "time":
        return _by_time(spec, divider)
    if spec.kind == "group":
        return _by_groups(spec, divider, features, strata)
    return _by_fold(spec, divider, features)


def strata_of(y: Array, classes: int) -> Index:
    """Return class codes, or up to ten bins of equal size for regression."""
    if classes:
        return y.astype(np.intp)
    edges = np.quantile(y, np.linspace(0, 1, 11)[1:-1])
    return np.searchsorted(np.unique(edges), y).astype(np.intp)


def keeps_copies_together(split: Split) -> bool:
    """Return whether equal rows are on one side (not if most rows are copies by nature)."""
    return split.note == TOGETHER


def _by_keys(
    spec: SplitSpec, keys: Keys, strata: Index, note: str, tested: Mask | None = None
) -> Split:
    """All rows of a key are on one side and in one fold, whatever their targets."""
    by_size = spec.kind == "group"
    test, fold = assign_folds(
        keys, strata, spec.test_share, spec.folds, by_size=by_size, tested=tested
    )
    return Split(np.flatnonzero(test), np.flatnonzero(~test), fold, ordered=False, note=note)


def _by_groups(spec: SplitSpec, divider: pd.Series, features: pd.DataFrame, strata: Index) -> Split:
    """A group is in one fold with all its rows, whatever their classes."""
    keys = group_keys(divider, features)
    count = len(np.unique(keys))
    if count < FEWEST_KEYS:
        raise validation_error(
            f"The column `{spec.column}` has only {count} group{'s' if count > 1 else ''}: one is "
            "needed for the test rows, and two to learn from and to compare models on.",
            fix=_REMEDY,
            column=spec.column,
        )
    note = f"{count:,} groups of `{spec.column}`"
    if alone := int(divider.isna().sum()):
        note += f", {alone:,} of them single rows without a value"
    return _by_keys(spec, keys, strata, note)


def _by_time(spec: SplitSpec, divider: pd.Series) -> Split:
    order = order_values(divider)
    filled = np.where(np.isfinite(order), order, np.nanmin(order, initial=np.inf))
    ranked = np.sort(filled)
    start = ranked[min(len(ranked) - 1, round(len(ranked) * (1 - spec.test_share)))]
    test = filled >= start
    _refuse_one_side(spec, test)
    train = np.flatnonzero(~test)
    # As in scikit-learn's TimeSeriesSplit; rows of one moment stay together, in the later fold.
    size = max(1, len(train) // (spec.folds + 1))
    cuts = np.sort(filled[train])[np.arange(-spec.folds * size, 0, size) % len(train)]
    fold = np.full(len(filled), -1, dtype=np.intp)
    fold[train] = np.searchsorted(cuts, filled[train], side="right") - 1
    note = f"the last rows by `{spec.column}`"
    return Split(np.flatnonzero(test), train, fold, ordered=True, note=note)


def order_values(divider: pd.Series) -> Array:
    """Return numbers that are larger for later rows; NaN where the time is missing."""
    if pd.api.types.is_numeric_dtype(divider.dtype):
        return as_number(divider)
    return days_since_1970(as_moments(divider))


def _by_fold(spec: SplitSpec, divider: pd.Series, features: pd.DataFrame) -> Split:
    """Folds as the user numbered or named them; those called `valid` are only validation rows."""
    labels = as_text(divider)
    names = sorted({str(v) for v in labels if v is not None}, key=lambda s: (len(s), s))
    last = name_of_test_part(names, str(spec.column))
    test = np.array([v == last for v in labels])
    _refuse_one_side(spec, test)
    others = [n for n in names if n != last]
    validation = [n for n in others if n.lower() in _VALIDATION_NAMES]
    used = others if not validation or len(validation) == len(others) else validation
    position = {name: index for index, name in enumerate(used)}
    fold = np.array([position.get(str(v), -1) for v in labels], dtype=np.intp)
    train = np.flatnonzero(~test)
    if len(others) < 2:
        _, key = np.unique(content_keys(features.iloc[train]), return_inverse=True)
        fold[train] = key % spec.folds
    note = f"fold `{last}` holds the test rows"
    if used is validation:
        note += f", models are compared on `{'`, `'.join(validation)}`"
    if unknown := sum(v is None for v in labels):
        note += f"; only for training: {counted(unknown, 'row')} without a fold"
    return Split(np.flatnonzero(test), train, fold, ordered=False, note=note)


def _refuse_one_side(spec: SplitSpec, test: NDArray[np.bool_]) -> None:
    if test.all() or not test.any():
        raise validation_error(
            f"The split by {spec.kind} on `{spec.column}` leaves all rows on one side.",
            fix=_REMEDY,
            column=spec.column,
        )
