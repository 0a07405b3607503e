"""The span of a date column, its regularity and its gaps."""

from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.eda.categories import RARE
from pipeweave_dagster.core.eda.number_summary import figure
from pipeweave_dagster.core.number_format import moment

DAY = 86_400.0


def coverage(column: Column) -> dict[str, Any]:
    """Return first and last moment, the usual step, and the gaps longer than it.

    The usual step is the most frequent difference between neighbouring distinct moments; a gap is
    a difference of more than 1.5 usual steps, counted only where at least half are usual.
    """
    numbers = column.numbers
    if numbers is None or len(numbers) < 2:
        return {}
    steps = np.diff(numbers)
    sizes, often = np.unique(np.round(steps, 3), return_counts=True)
    usual = float(sizes[often.argmax()])
    regular = bool(often.max() >= 0.5 * len(steps))
    wide = np.flatnonzero(steps > 1.5 * usual)
    longest = int(steps.argmax())

    def text_of(place: int) -> str:
        exact = bool(column.counts[place] >= RARE)
        return moment(float(numbers[place]), column.info.storage, exact=exact)

    return {
        "first": text_of(0),
        "last": text_of(-1),
        "moments": len(numbers),
        "rows_per_moment": figure(column.present / len(numbers)),
        "regular": regular,
        "usual_step_seconds": figure(usual),
        "gaps": len(wide) if regular else None,
        "longest_gap": {
            "from": text_of(longest),
            "to": text_of(longest + 1),
            "seconds": figure(float(steps[longest])),
        },
        "weekdays": _weekdays(column),
    }


def _weekdays(column: Column) -> list[int] | None:
    """Return the rows per weekday from Monday; None for times of day and spans below two weeks."""
    numbers = column.numbers
    if numbers is None or column.info.storage == "time" or numbers[-1] - numbers[0] < 14 * DAY:
        return None
    day = (np.floor(numbers / DAY).astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    return [int(rows) for rows in np.bincount(day, column.counts, minlength=7)]
