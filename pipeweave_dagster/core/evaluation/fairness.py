"""Rates and errors of a model per group of a sensitive column."""

import math
from collections import Counter
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Fairness, GroupRates, Rate
from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.metrics.wilson import Z95_ROUNDED, rate
from pipeweave_dagster.core.model.bundle_scores import predicted_classes
from pipeweave_dagster.core.model.column_values import as_text

_SMALL = 50
_MOST_GROUPS = 12


def fairness_of(scored: ScoredTest, hidden: Collection[str] = ()) -> list[Fairness]:
    """Compare groups of each sensitive column; of several classes, the first against the rest.

    Args:
        scored: The test rows.
        hidden: Columns whose groups are numbered instead of named.
    """
    found = []
    for name in scored.sensitive.columns:
        groups = [text or "missing" for text in as_text(scored.sensitive[name])]
        if name in hidden:
            groups = _numbered(groups)
        if not scored.classes:
            found.append(error_by_group(name, groups, scored.y.astype(float), scored.output))
            continue
        positive = 1 if len(scored.classes) == 2 else 0
        predicted = predicted_classes(scored.output, scored.threshold) == positive
        found.append(rates_by_group(name, groups, scored.y == positive, predicted))
    return found


def _numbered(groups: list[str]) -> list[str]:
    """Return numbers instead of names, that of the largest group first."""
    ranked = sorted(Counter(groups).items(), key=lambda item: (-item[1], item[0]))
    names = {group: f"group {number}" for number, (group, _) in enumerate(ranked, start=1)}
    return [group if group == "missing" else names[group] for group in groups]


def rates_by_group(
    column: str, groups: list[str], positive: NDArray[np.bool_], predicted: NDArray[np.bool_]
) -> Fairness:
    """Compute selection, true and false positive rates per group.

    Args:
        column: The sensitive column.
        groups: Group of each row; missing ones are `missing`.
        positive: Whether each row is of the positive class.
        predicted: Whether each row is predicted positive.
    """
    found = []
    for group, rows in _rows_by_group(groups):
        truth, chosen = positive[rows], predicted[rows]
        found.append(
            GroupRates(
                group=group, rows=len(truth), small=len(truth) < _SMALL,
                selection=rate(chosen), true_positive=rate(chosen[truth]),
                false_positive=rate(chosen[~truth]),
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


def error_by_group(column: str, groups: list[str], truth: Array, predicted: Array) -> Fairness:
    """Compute the mean error (predicted minus true) per group, with a normal 95 % interval."""
    found = []
    for group, rows in _rows_by_group(groups):
        errors = predicted[rows] - truth[rows]
        count = len(errors)
        error = float(np.std(errors, ddof=1)) / math.sqrt(count) if count > 1 else 0
        half = Z95_ROUNDED * error
        mean = float(np.mean(errors))
        bias = Rate(value=mean, low=mean - half, high=mean + half, rows=count)
        found.append(GroupRates(group=group, rows=count, small=count < _SMALL, bias=bias))
    return Fairness(column=column, groups=found, notes=_notes(found))


def _rows_by_group(groups: list[str]) -> list[tuple[str, Codes]]:
    """Return the rows of each group, the largest group first."""
    names, codes, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_GROUPS]
    return [(str(names[k])[:80], np.flatnonzero(codes == k)) for k in order]


def _gap(rates: list[Rate | None]) -> float | None:
    values = [rate.value for rate in rates if rate is not None and rate.value is not None]
    return max(values) - min(values) if len(values) > 1 else None


def _notes(groups: list[GroupRates]) -> list[str]:
    small = [g.group for g in groups if g.small]
    return [f"Not compared, with fewer than {_SMALL} rows: {', '.join(small)}."] if small else []
