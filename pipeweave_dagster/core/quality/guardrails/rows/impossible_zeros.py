"""PW602: zeros in a measurement that cannot be zero."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Counts, Floats
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MAX_SHARE = 0.05
APART = 1.5
FINE, STEPS, NEAR = 40, 20, 0.25
"""Or: forty values, the gap above zero twenty usual steps and a quarter of the middle value."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on a few zeros that stand alone, far below all other values."""
    for column in case.table.columns:
        numbers = column.numbers
        if numbers is None or column.info.storage not in {"integer", "number"} or len(numbers) < 20:
            continue
        rows = int(column.counts[0])
        if numbers[0] != 0 or rows > MAX_SHARE * column.present:
            continue
        if _apart(numbers, column.counts):
            yield Hit(
                "alerted",
                f"{rows:,} rows are zero, and no other value is below {numbers[1]:.4g}: they were "
                "probably not measured.",
                [column.name],
                {"rows": rows, "smallest_other": float(numbers[1])},
                "If so, say so: `columns: {NAME: {missing: [0]}}`.",
                {"columns": {column.name: {"missing": ["0"]}}},
            )


def _apart(numbers: Floats, counts: Counts) -> bool:
    """Whether zero stands alone: by the width of the middle half, or by the fineness of values."""
    share = np.cumsum(counts) / counts.sum()
    low, middle, high = (float(numbers[np.searchsorted(share, q)]) for q in (0.25, 0.5, 0.75))
    if numbers[1] > APART * (high - low) > 0:
        return True
    step = float(np.median(np.diff(numbers[1:])))
    fine = len(numbers) >= FINE and numbers[1] > STEPS * step
    return fine and bool(numbers[1] >= NEAR * middle)


GUARDRAIL = Guardrail("PW602", "Measurements are possible", "rows", check)
