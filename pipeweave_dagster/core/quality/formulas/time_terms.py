"""Terms of dates and clock times: calendar parts, and the time between two of them."""

from collections.abc import Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.quality.formulas.terms import (
    DAY,
    MINUTES_PER_DAY,
    Rows,
    Term,
    quoted,
    reader,
)

MAX_TIMES = 6
EARLIEST = 360.0


def calendar_terms(columns: Sequence[Column]) -> list[Term]:
    """Return year, month (1 to 12) and weekday (Monday is 0) of each date."""
    terms = []
    for column in columns:
        if column.info.storage not in {"date", "datetime"} or column.numbers is None:
            continue
        days = np.floor(column.numbers / DAY).astype("datetime64[D]")
        months = days.astype("datetime64[M]").astype(np.int64)
        parts = {
            "year": months // 12 + 1970,
            "month": months % 12 + 1,
            "weekday": (days.astype(np.int64) + 3) % 7,
        }
        for name, numbers in parts.items():
            read = reader(column, numbers.astype(np.float64))
            text = f"{name} of {quoted(column.name)}"
            terms.append(Term((column.name,), text, "calendar", read))
    return terms


def wrapped(minutes: Floats) -> Floats:
    """Return differences of clock times moved into [-360, 1080) minutes.

    The later time is less than 18 hours later, else at most 6 hours earlier.
    """
    return (minutes + EARLIEST) % MINUTES_PER_DAY - EARLIEST


def elapsed_terms(terms: Sequence[Term], rows: Rows) -> list[Term]:
    """Return the time between all pairs of clock times (over midnight) and of dates.

    The mean is positive in the given rows. Dates that are close together are as good as equal
    beside their distance from any fixed day, so that their difference is a term of its own.
    """
    found = []
    for unit in ("clock", "days"):
        times = [t for t in terms if t.unit == unit][:MAX_TIMES]
        for i, first in enumerate(times):
            for second in times[i + 1 :]:
                if first.columns == second.columns:
                    continue
                term = elapsed(second, first)
                backwards = np.nanmean(np.append(term.compute(rows), 0.0)) < 0
                found.append(elapsed(first, second) if backwards else term)
    return found


def elapsed(later: Term, earlier: Term) -> Term:
    """Return the minutes between two clock times, or the days between two dates."""
    clock = later.unit == "clock"
    how = "as clock times, in minutes" if clock else "in days"

    def compute(rows: Rows) -> Floats:
        apart = later.compute(rows) - earlier.compute(rows)
        return wrapped(apart) if clock else apart

    text = f"({later.text} - {earlier.text} {how})"
    return Term(later.columns + earlier.columns, text, "derived", compute)
