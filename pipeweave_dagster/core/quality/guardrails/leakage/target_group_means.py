"""PW207: a column holds means of the target over groups of rows."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import MAX_CELLS, class_counts
from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_VALUES = 10
EXACT = 1e-9
ROUNDED = 1e-6
"""Misfit that rounding may explain, at most: with less, means of many rows would seem exact."""
MOST_DIGITS = 6
SHARED = 0.2


def check(case: Case) -> Iterator[Hit]:
    """Block a number that is the mean of the target over the rows that share it.

    Target encoding done outside the folds leaves this exact trace, whatever the groups were: the
    rows of one value of the column have that value as their mean (up to scale and shift).
    """
    for column in case.suspects:
        if not column.ordered or column.info.storage != "number" or column.numbers is None:
            continue
        repeated = column.counts > 1
        if column.distinct < MIN_VALUES or column.counts[repeated].sum() < SHARED * column.present:
            continue
        misfit = _misfit(column, case)
        if misfit is not None and misfit < _exact(column):
            yield Hit(
                "blocked",
                "Its values are means of the target over the rows that share them: the target has "
                "been averaged over groups before the rows were divided.",
                [column.name],
                {"values": column.distinct, "unexplained": float(f"{misfit:.3g}")},
                "Leave the column out; groups are encoded inside the folds.",
                drop(column.name),
            )


def _exact(column: Column) -> float:
    """What rounding leaves unexplained: four times the variance of its error, as share of all."""
    numbers = np.asarray(column.numbers)
    spread = float(np.average((numbers - numbers.mean()) ** 2, weights=column.counts))
    for digits in range(MOST_DIGITS + 1):
        if np.allclose(numbers, np.round(numbers, digits), rtol=0, atol=1e-12) and spread:
            return float(np.clip(4 * 10.0 ** (-2 * digits) / 12 / spread, EXACT, ROUNDED))
    return EXACT


def _misfit(column: Column, case: Case) -> float | None:
    """Share of the column's variance that group means of the target do not explain exactly."""
    target, numbers = case.target, column.numbers
    if numbers is None:
        return None
    if target.values is None:
        if column.distinct * target.classes > MAX_CELLS:
            return None
        counts = class_counts(column, target)[:-1].astype(np.float64)
        rows = counts.sum(1)
        means = counts[rows > 0, :-1] / rows[rows > 0, None]
    else:
        both = (column.codes >= 0) & target.known
        codes = column.codes[both]
        rows = np.bincount(codes, minlength=column.distinct).astype(np.float64)
        sums = np.bincount(codes, target.values[both], minlength=column.distinct)
        means = (sums[rows > 0] / rows[rows > 0])[:, None]
    if len(means) < 3 * means.shape[1] + MIN_VALUES:
        return None
    return _unexplained(means, numbers[rows > 0], rows[rows > 0])


def _unexplained(means: Floats, numbers: Floats, rows: Floats) -> float:
    weight = np.sqrt(rows)
    design = np.column_stack([np.ones(len(means)), means]) * weight[:, None]
    centred = numbers - np.average(numbers, weights=rows)
    scale = float(np.sqrt((centred**2 * rows).sum())) or 1.0
    solution = np.linalg.lstsq(design, centred * weight / scale, rcond=None)[0]
    residual = centred * weight / scale - design @ solution
    return float((residual**2).sum())


GUARDRAIL = Guardrail("PW207", "No column holds means of the target", "leakage", check)
