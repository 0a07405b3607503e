"""PW207: a column is a target encoding computed on all rows."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import MAX_CELLS, class_counts
from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.deviations import standardised
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_VALUES = 10
EXACT_MISFIT = 1e-9
MAX_ROUNDING_MISFIT = 1e-6
"""A larger allowance for rounding would let means of many rows seem exact."""
MAX_DIGITS = 6
MIN_SHARED = 0.2


def check(case: Case) -> Iterator[Hit]:
    """Block a numeric column whose values are the target means of the rows that share them.

    Target encoding outside the folds leaves this exact trace, whatever the groups were: the rows of
    one value of the column have that value as their target mean (up to scale and shift).
    """
    for column in case.candidate_predictors:
        if not column.ordered or column.info.storage != "number" or column.numbers is None:
            continue
        repeated = column.counts > 1
        if (
            column.distinct < MIN_VALUES
            or column.counts[repeated].sum() < MIN_SHARED * column.present
        ):
            continue
        misfit = _misfit(column, case)
        if misfit is not None and misfit < _max_misfit(column):
            yield Hit(
                "blocked",
                "Its values are the target means of the rows that share them: it is a target "
                "encoding computed before the split.",
                [column.name],
                {"values": column.distinct, "unexplained": float(f"{misfit:.3g}")},
                "Drop the column; PipeWeave target-encodes groups inside the folds.",
                drop(column.name),
            )


def _max_misfit(column: Column) -> float:
    """Return the misfit that rounding allows: four rounding variances, as a share of the total."""
    numbers = np.asarray(column.numbers)
    spread = float(np.average((numbers - numbers.mean()) ** 2, weights=column.counts))
    for digits in range(MAX_DIGITS + 1):
        if np.allclose(numbers, np.round(numbers, digits), rtol=0, atol=1e-12) and spread:
            return float(
                np.clip(4 * 10.0 ** (-2 * digits) / 12 / spread, EXACT_MISFIT, MAX_ROUNDING_MISFIT)
            )
    return EXACT_MISFIT


def _misfit(column: Column, case: Case) -> float | None:
    """Return the share of the column's variance that target means leave unexplained."""
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
        values = standardised(target.values[both])
        sums = np.bincount(codes, values, minlength=column.distinct)
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


GUARDRAIL = Guardrail("PW207", "Columns contain no target encoding", "leakage", check)
