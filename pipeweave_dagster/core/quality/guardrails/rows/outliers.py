"""PW606: a few extreme outliers."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MIN_VALUES = 50
MAX_SHARE = 0.002
MAX_ROWS = 50
FAR = 4.0
"""Distance beyond the 0.5th or 99.5th percentile, in widths between the two."""
FAR_LOG = 1.5
"""The same for logarithms, in widths from the median on: a long tail is not an error."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on a handful of outliers that neither the spread nor a long tail explains."""
    for column in case.table.columns:
        usable = column.info.role in {"feature", "target"} and not column.info.pii
        if not usable or column.info.storage not in {"integer", "number"}:
            continue
        rows, reach = _outliers(column)
        if rows:
            yield Hit(
                "alerted",
                f"It has extreme outliers (rows: {rows:,}); 99 % of the rows lie within "
                f"{reach:.4g} of the median.",
                [column.name],
                {"rows": rows},
                "Check these values in the source: a wrong unit or a misplaced decimal point?",
            )


def _outliers(column: Column) -> tuple[int, float]:
    """Return the number of outlier rows, and how far from the median the other values reach."""
    numbers = column.numbers
    if numbers is None or len(numbers) < MIN_VALUES:
        return 0, 0.0
    share = np.cumsum(column.counts) / column.present
    low, median, high = (float(numbers[np.searchsorted(share, q)]) for q in (0.005, 0.5, 0.995))
    if high <= low:
        return 0, 0.0
    beyond = np.maximum(numbers - high, low - numbers) > FAR * (high - low)
    if low > 0 and high > median:
        tail = FAR_LOG * (np.log(high) - np.log(median))
        beyond &= (numbers < low) | (np.log(np.maximum(numbers, low)) - np.log(high) > tail)
    rows = int(column.counts[beyond].sum())
    few = 0 < rows <= min(MAX_ROWS, max(3, MAX_SHARE * column.present))
    return (rows, max(high - median, median - low)) if few else (0, 0.0)


GUARDRAIL = Guardrail("PW606", "Values contain no extreme outliers", "rows", check)
