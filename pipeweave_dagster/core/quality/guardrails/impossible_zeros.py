"""PW602: zeros in a measurement that cannot be zero."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MAX_SHARE = 0.01
APART = 1.5


def check(case: Case) -> Iterator[Hit]:
    """Alert on a few zeros that lie further from all others than the middle half is wide."""
    for column in case.table.columns:
        numbers = column.numbers
        if numbers is None or column.info.storage != "number" or len(numbers) < 20:
            continue
        rows = int(column.counts[0])
        if numbers[0] != 0 or rows > MAX_SHARE * column.present:
            continue
        share = np.cumsum(column.counts) / column.present
        low, high = (float(numbers[np.searchsorted(share, q)]) for q in (0.25, 0.75))
        if numbers[1] > APART * (high - low) > 0:
            yield Hit(
                "alerted",
                f"{rows:,} rows are zero, and no other value is below {numbers[1]:.4g}: they were "
                "probably not measured.",
                [column.name],
                {"rows": rows, "smallest_other": float(numbers[1])},
                "If so, write these values as empty in the source.",
            )


GUARDRAIL = Guardrail("PW602", "Measurements are possible", "rows", check)
