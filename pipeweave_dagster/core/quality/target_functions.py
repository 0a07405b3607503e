"""Columns that carry no information but the target's: class groups, bins, flags at a threshold.

A feature that was measured varies within each value of the target. A column that does not is
computed from the target, or the target from it. Two honest cases look alike and are excluded from
proof: classes that nature separates (the other columns predict them too), and clusters of a
numeric target (few rows between them).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.class_groups import ClassGroups, class_groups
from pipeweave_dagster.core.columns.column import Codes, Column, Counts
from pipeweave_dagster.core.columns.smooth_function import jumps_along, noisy_rows
from pipeweave_dagster.core.columns.target_steps import Steps, target_steps
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.other_columns import joint_auc

MAX_EXCEPTIONS = 0.001
MAX_JUMPS = 0.01
MAX_NOISY = 0.1
MIN_ROWS = 100
MIN_SHARE = 0.3
"""A column that is filled in more rarely says something by being filled in at all (PW203)."""
MIN_PROOF_ROWS = 25
"""Rows of the second largest group that are needed for proof."""
MIN_GROUP_ROWS = 12
MAX_CLASSES = 60
MAX_GROUPS_COMPARED = 4
PROOF_AUC = 0.95
"""Up to here the other columns leave the groups open, so the column did not measure them."""
NATURAL_AUC = 0.98
"""From here on the other columns separate the groups as well."""


@dataclass(frozen=True)
class TargetFunction:
    """A column (or a coarser reading of it) that follows from the target.

    Attributes:
        column: The column.
        value: The value whose presence follows from the target; None for the column as a whole.
        present: Shape (n,): rows with a value and a target.
        exceptions: Those that do not follow.
        group_of_row: Shape (n,): the group of classes or range of targets of each row; rows
            without a target have an arbitrary one.
        sizes: Rows of each group.
        groups: The groups of classes; None for ranges.
        steps: The steps between ranges; None for groups of classes.
        others_auc: AUC of the groups from the other columns.
    """

    column: Column
    value: int | None
    present: NDArray[np.bool_]
    exceptions: int
    group_of_row: NDArray[np.int64]
    sizes: Counts
    groups: ClassGroups | None = None
    steps: Steps | None = None
    others_auc: float = 0.5

    @property
    def sharp(self) -> bool:
        """Whether rows close to both sides of the steps exclude chance and clusters."""
        return self.steps is not None and 2 * self.steps.sharp.sum() >= len(self.steps.sharp)

    @property
    def proven(self) -> bool:
        """Whether chance and honest predictors are excluded."""
        second = int(np.sort(self.sizes)[-2])
        return self.sharp or (self.others_auc <= PROOF_AUC and second >= MIN_PROOF_ROWS)


def function_of_target(
    column: Column, codes: Codes, value: int | None, case: Case
) -> TargetFunction | None:
    """Return how the codes of a column, -1 where missing, follow from the target, if they do."""
    target = case.target
    present = target.known & (codes >= 0)
    total = int(present.sum())
    if total < max(MIN_ROWS, MIN_SHARE * int(target.known.sum())):
        return None
    allowed = min(target.exceptions_allowed, MAX_EXCEPTIONS * total)
    find = _by_classes if target.values is None else _by_ranges
    found = find(codes, case, present, allowed)
    if found is None or len(found[2]) < 2 or np.sort(found[2])[-2] < MIN_GROUP_ROWS:
        return None
    return TargetFunction(column, value, present, *found)


_Found = tuple[int, NDArray[np.int64], Counts, ClassGroups | None, Steps | None]


def _by_classes(
    codes: Codes, case: Case, present: NDArray[np.bool_], allowed: float
) -> _Found | None:
    target = case.target
    if target.classes > MAX_CLASSES:
        return None
    levels = int(codes.max()) + 1
    cells = codes[present].astype(np.int64) * target.classes + target.codes[present]
    counts = np.bincount(cells, minlength=levels * target.classes)
    groups = class_groups(counts.reshape(levels, target.classes), allowed)
    if groups is None:
        return None
    return groups.exceptions, groups.of_class[target.codes], groups.sizes, groups, None


def _by_ranges(
    codes: Codes, case: Case, present: NDArray[np.bool_], allowed: float
) -> _Found | None:
    target, order = case.target, case.rows_by_target
    values = np.asarray(target.values)
    rows = order[present[order]]
    steps = target_steps(codes[rows], values[rows], allowed)
    if steps is None:
        return None
    sizes = np.bincount(codes[present]).astype(np.int64)
    few = target.classes <= MAX_CLASSES or bool(steps.atoms.all())
    # Where each entity has a target of its own, all of its attributes are functions of it.
    plain = len(steps.codes) <= (sizes > 0).sum() + 1
    if 2 * steps.sharp.sum() < len(steps.sharp) and not (few and plain):
        return None
    ranges = steps.codes[np.searchsorted(steps.starts, values, side="right")]
    return steps.exceptions, ranges.astype(np.int64), sizes, None, steps


def smooth_jumps(column: Column, case: Case) -> int | None:
    """Return the jumps of a column that is a continuous function of the target, else None."""
    target = case.target
    if target.values is None or not column.ordered:
        return None
    present = target.known & (column.codes >= 0)
    if present.sum() < MIN_SHARE * target.known.sum() or case.target_is_trend:
        return None  # whatever changes slowly with time is smooth in the order of a trend
    rows = case.rows_by_target[present[case.rows_by_target]]
    jumps = jumps_along(column.codes[rows], target.values[rows])
    if jumps is None or column.numbers is None or jumps > MAX_JUMPS * int(present.sum()):
        return None
    noisy = noisy_rows(column.numbers[column.codes[rows]], target.values[rows])
    return jumps if noisy <= MAX_NOISY * len(rows) else None


def compared(found: list[TargetFunction], case: Case) -> list[TargetFunction]:
    """Return the functions, compared with the columns that are none; without the natural ones."""
    names = {one.column.name for one in found}
    others = [column for column in case.candidate_predictors if column.name not in names]
    results = [one if one.sharp else _compared(one, others, case) for one in found]
    # Of a numeric target only proof counts: it may be that of an entity with attributes.
    return [
        one
        for one in results
        if one.proven or (one.groups is not None and one.others_auc < NATURAL_AUC)
    ]


def _compared(one: TargetFunction, others: list[Column], case: Case) -> TargetFunction:
    order = np.argsort(-one.sizes, kind="stable")[1:]
    picked = [group for group in order if one.sizes[group] >= MIN_GROUP_ROWS][:MAX_GROUPS_COMPARED]
    half = case.half_of_row
    aucs = [joint_auc(others, one.group_of_row == k, one.present, half) for k in picked]
    return replace(one, others_auc=float(np.mean(aucs)))
