"""How a model treats the groups of a sensitive column."""

import math

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Fairness, GroupRates, Rate
from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.metrics.wilson import Z95_ROUNDED, rate

_SMALL = 50
_GROUPS = 12


def of_decisions(
    column: str, groups: list[str], truth: NDArray[np.bool_], said: NDArray[np.bool_]
) -> Fairness:
    """Rates of a yes-or-no decision by group.

    Args:
        column: The sensitive column.
        groups: Each row's group, missing ones as `missing`.
        truth: Whether the row is of the positive class.
        said: Whether the model says so.
    """
    found = []
    for group, rows in _of_groups(groups):
        positive, told = truth[rows], said[rows]
        found.append(
            GroupRates(
                group=group, rows=len(positive), small=len(positive) < _SMALL,
                selection=rate(told), true_positive=rate(told[positive]),
                false_positive=rate(told[~positive]),
            )
        )  # fmt: skip
    large = [g for g in found if not g.small]
    odds = [_gap([g.true_positive for g in large]), _gap([g.false_positive for g in large])]
    known = [gap for gap in odds if gap is not None]
    return Fairness(
        column=column,
        groups=found,
        parity_gap=_gap([g.selection for g in large]),
        odds_gap=max(known) if known else None,
        notes=_notes(found),
    )


def of_values(column: str, groups: list[str], truth: Array, said: Array) -> Fairness:
    """Mean error (predicted minus true) of values by group."""
    found = []
    for group, rows in _of_groups(groups):
        errors = said[rows] - truth[rows]
        half = (
            Z95_ROUNDED * float(np.std(errors, ddof=1)) / math.sqrt(len(errors))
            if len(errors) > 1
            else 0
        )
        mean = float(np.mean(errors))
        bias = Rate(value=mean, low=mean - half, high=mean + half, rows=len(errors))
        small = len(errors) < _SMALL
        found.append(GroupRates(group=group, rows=len(errors), small=small, bias=bias))
    return Fairness(column=column, groups=found, notes=_notes(found))


def _of_groups(groups: list[str]) -> list[tuple[str, Codes]]:
    """Rows of each group, the largest first."""
    names, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_GROUPS]
    return [(str(names[k])[:80], np.flatnonzero(codes == k)) for k in order]


def _gap(rates: list[Rate | None]) -> float | None:
    values = [rate.value for rate in rates if rate is not None and rate.value is not None]
    return max(values) - min(values) if len(values) > 1 else None


def _notes(groups: list[GroupRates]) -> list[str]:
    small = [g.group for g in groups if g.small]
    if not small:
        return []
    return [f"Too few rows (under {_SMALL}) to be compared: {', '.join(small)}."]
