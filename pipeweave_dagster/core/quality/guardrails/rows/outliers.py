"""PW606: a few extreme outliers."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MAX_ROWS = 50
FAR_LOG = 1.5
"""The same for logarithms, in widths from the median on: a long tail is not an error."""


class Rule(NamedTuple):
    """What counts as a handful of outliers.

    Attributes:
        tail: Share of the rows beyond the low and beyond the high percentile.
        far: Distance beyond these percentiles, in widths between the two.
        values: Distinct values that are needed.
        share: Most rows that are outliers; three in any case.
        gap: How many times as far from the median as the farthest other value they are.
    """

    tail: float
    far: float
    values: int
    share: float
    gap: float


ANY_COLUMN = Rule(0.005, 4.0, 50, 0.002, 0.0)
TARGET = Rule(0.02, 10.0, 10, 0.02, 5.0)
"""Less proof is needed of the target: a few rows of it can outweigh all others in a fit."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on a handful of outliers that neither the spread nor a long tail explains."""
    for column in case.table.columns:
        usable = column.info.role in {"feature", "target"} and not column.info.pii
        if not usable or column.info.storage not in {"integer", "number"}:
            continue
        is_target = column.info.role == "target"
        for rule in (ANY_COLUMN, TARGET) if is_target else (ANY_COLUMN,):
            rows, reach = _outliers(column, rule)
            if rows:
                yield _hit(column, rule, rows, reach)
                break


def _hit(column: Column, rule: Rule, rows: int, reach: float) -> Hit:
    is_target = column.info.role == "target"
    return Hit(
        "alerted",
        f"It has extreme outliers in {counted(rows, 'row')}; {1 - 2 * rule.tail:.0%} of the rows"
        f" lie within {number(reach)} of the median."
        + (" As targets, they outweigh all other rows in rmse and r2." if is_target else ""),
        [column.name],
        {"rows": rows},
        "Check these values in the source: a wrong unit or a misplaced decimal point?"
        + (" If they are right, metric: mae weighs them less." if is_target else ""),
    )


def _outliers(column: Column, rule: Rule) -> tuple[int, float]:
    """Return the number of outlier rows, and how far from the median the other values reach."""
    numbers = column.numbers
    if numbers is None or len(numbers) < rule.values:
        return 0, 0.0
    share = np.cumsum(column.counts) / column.present
    quantiles = (rule.tail, 0.5, 1 - rule.tail)
    low, median, high = (float(numbers[np.searchsorted(share, q)]) for q in quantiles)
    if high <= low:
        return 0, 0.0
    beyond = np.maximum(numbers - high, low - numbers) > rule.far * (high - low)
    if low > 0 and high > median:
        tail = FAR_LOG * (np.log(high) - np.log(median))
        beyond &= (numbers < low) | (np.log(np.maximum(numbers, low)) - np.log(high) > tail)
    away = np.abs(numbers - median)
    if beyond.any() and away[beyond].min() < rule.gap * away[~beyond].max():
        return 0, 0.0
    rows = int(column.counts[beyond].sum())
    few = 0 < rows <= min(MAX_ROWS, max(3, rule.share * column.present))
    return (rows, max(high - median, median - low)) if few else (0, 0.0)


GUARDRAIL = Guardrail("PW606", "Values contain no extreme outliers", "rows", check)
