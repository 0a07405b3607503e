"""Numbers relative to their group (a race, a household), and which of them may help a model.

The features are computed by `GroupRelative` in the transformer of each fold, so validation
rows are compared with training rows as rows to predict are. Here it is decided which pairs of a
number and a group are worth a try: those whose relative values predict what a model that has not
seen them got wrong on the validation rows.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.group_relative import GroupRelative, key_hashes
from pipeweave_dagster.core.pipelines.relative_features import encoded_entry, relative_entry
from pipeweave_dagster.core.training.data.explained_errors import bins_of, error_p, without_means
from pipeweave_dagster.core.training.data.group_keys import Group
from pipeweave_dagster.core.training.data.split import Index


class Tested(NamedTuple):
    """A feature, its group, and the p-value of its predicting the errors, before correction."""

    p: float
    group: Group
    entry: FrameEntry


class Errors(NamedTuple):
    """What a model got wrong on the validation rows of some folds.

    Attributes:
        features: Prepared features of all rows.
        folds: Training and validation rows of these folds.
        y: Targets of all rows, one column per class or one of values.
        errors: Of the validation rows, fold by fold, of as many columns.
    """

    features: pd.DataFrame
    folds: list[tuple[Index, Index]]
    y: Array
    errors: Array

    @property
    def valid(self) -> Index:
        """The validation rows, fold by fold."""
        return np.concatenate([valid for _, valid in self.folds])


def judged_features(
    rows: Errors, numbers: list[str], groups: list[Group], encodable: list[Group]
) -> list[Tested]:
    """Return all features, the surest first.

    Args:
        rows: The errors of a model.
        numbers: Numeric columns to compare with groups.
        groups: Columns that form groups.
        encodable: Those of them that models do not know as categories.
    """
    found = [
        Tested(p, group, relative_entry(number, group))
        for group in groups
        for number, p in _relative_ps(rows, [n for n in numbers if n not in group], group)
    ]
    found += [Tested(_target_mean_p(rows, g), g, encoded_entry(g)) for g in encodable]
    return sorted(found, key=lambda tested: tested.p)


def significant(tested: list[Tested], p: float) -> list[FrameEntry]:
    """Return features that are worth a try: significant ones of groups that matter.

    A group matters if one of its features is significant after correction for all tests (Holm's
    first step); of these groups, a feature needs no correction.
    """
    sure = {each.group for each in tested if each.p * len(tested) < p}
    return [each.entry for each in tested if each.group in sure and each.p < p]


def _relative_ps(rows: Errors, numbers: list[str], group: Group) -> list[tuple[str, float]]:
    """Return the p-value of each number's rank in the group, or mean, beyond the number itself."""
    if not numbers:
        return []
    columns = rows.features[[*group, *numbers]]
    made = []
    for train, valid in rows.folds:
        compare = GroupRelative(len(group)).fit(columns.iloc[train])
        made.append(compare.transform(columns.iloc[valid]))
    values = np.concatenate(made).T[1:].reshape(len(numbers), GroupRelative.outputs, -1)
    result = []
    for number, (_, _, rank, mean) in zip(numbers, values, strict=True):
        own = bins_of(columns[number].to_numpy()[rows.valid])
        left = without_means(rows.errors, own)
        least = min(error_p(bins_of(column), left) for column in (rank, mean))
        result.append((number, min(1.0, 2 * least)))
    return result


def _target_mean_p(rows: Errors, group: Group) -> float:
    """Return the p-value of the mean target of training rows in the same group."""
    known, keys = key_hashes(rows.features[list(group)])
    codes, distinct = pd.factorize(keys)
    means = []
    for train, valid in rows.folds:
        learn = train[known[train]]
        count = np.bincount(codes[learn], minlength=len(distinct)) + 1.0
        for_each = []
        for target in rows.y.T:
            sums = np.bincount(codes[learn], weights=target[learn], minlength=len(distinct))
            for_each.append(((sums + target[train].mean()) / count)[codes[valid]])
        means.append(np.stack(for_each))
    ps = [
        error_p(bins_of(mean), errors[:, None])
        for mean, errors in zip(np.concatenate(means, axis=1), rows.errors.T, strict=True)
    ]
    return min(1.0, len(ps) * min(ps))


def columns_of(errors: NDArray[np.float64], most: int) -> Index:
    """Return the columns of errors that vary most."""
    order = np.argsort(-errors.var(axis=0), kind="stable")
    return np.sort(order[:most])
