"""PW602: implausible zeros in a measurement."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Counts, Floats
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.patch_text import setting_text

MAX_SHARE = 0.05
MIN_GAP = 1.5
"""Gap above zero, in interquartile ranges. Else, for a finely resolved measurement:"""
FINE_VALUES, FINE_STEPS, FINE_SHARE = 40, 20, 0.25
"""forty values, and a gap of twenty median steps and a quarter of the median."""


def check(case: Case) -> Iterator[Hit]:
    """Alert on a few zeros far below all other values: they were probably not measured."""
    for column in case.table.columns:
        numbers = column.numbers
        if numbers is None or column.info.storage not in {"integer", "number"} or len(numbers) < 20:
            continue
        rows = int(column.counts[0])
        if numbers[0] != 0 or rows > MAX_SHARE * column.present:
            continue
        if _is_isolated(numbers, column.counts):
            patch = {"columns": {column.name: {"missing": ["0"]}}}
            yield Hit(
                "alerted",
                f"{counted(rows, 'row', 'are')} zero, but no other value is below "
                f"{numbers[1]:.4g}: zero probably means not measured.",
                [column.name],
                {"rows": rows, "smallest_other": float(numbers[1])},
                f"If so, set {setting_text(patch)}.",
                patch,
            )


def _is_isolated(numbers: Floats, counts: Counts) -> bool:
    """Return whether zero is isolated, by the interquartile range or the value resolution."""
    share = np.cumsum(counts) / counts.sum()
    low, median, high = (float(numbers[np.searchsorted(share, q)]) for q in (0.25, 0.5, 0.75))
    if numbers[1] > MIN_GAP * (high - low) > 0:
        return True
    step = float(np.median(np.diff(numbers[1:])))
    fine = len(numbers) >= FINE_VALUES and numbers[1] > FINE_STEPS * step
    return fine and bool(numbers[1] >= FINE_SHARE * median)


GUARDRAIL = Guardrail("PW602", "Measurements contain no implausible zeros", "rows", check)
