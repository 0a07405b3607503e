"""PW606: a few values lie far beyond all others."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MIN_VALUES = 50
MAX_SHARE = 0.002
MAX_ROWS = 50
FAR = 4.0
"""In widths between the 0.5th and the 99.5th percentile, beyond the latter."""
FAR_LOG = 1.5
"""The same of the logarithms from the middle value on: long tails are no errors."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on a handful of values that neither the spread nor a long tail explains."""
    for column in case.table.columns:
        usable = column.info.role in {"feature", "target"} and not column.info.pii
        if not usable or column.info.storage not in {"integer", "number"}:
            continue
        rows, nearest = _far(column)
        if rows:
            yield Hit(
                "alerted",
                f"{rows:,} rows have values far beyond all others; 99 % of the rows lie within "
                f"{nearest:.4g} of the middle value.",
                [column.name],
                {"rows": rows},
                "Check these values in the source: a wrong unit or a slipped decimal point?",
            )


def _far(column: Column) -> tuple[int, float]:
    """Rows of far values, and how far from the middle value the usual ones reach."""
    numbers = column.numbers
    if numbers is None or len(numbers) < MIN_VALUES:
        return 0, 0.0
    share = np.cumsum(column.counts) / column.present
    low, middle, high = (float(numbers[np.searchsorted(share, q)]) for q in (0.005, 0.5, 0.995))
    if high <= low:
        return 0, 0.0
    beyond = np.maximum(numbers - high, low - numbers) > FAR * (high - low)
    if low > 0 and high > middle:
        tail = FAR_LOG * (np.log(high) - np.log(middle))
        beyond &= (numbers < low) | (np.log(np.maximum(numbers, low)) - np.log(high) > tail)
    rows = int(column.counts[beyond].sum())
    few = 0 < rows <= min(MAX_ROWS, max(3, MAX_SHARE * column.present))
    return (rows, max(high - middle, middle - low)) if few else (0, 0.0)


GUARDRAIL = Guardrail("PW606", "No value lies far from all others", "rows", check)
