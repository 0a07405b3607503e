"""PW214: the first or last stretch of time has one class only."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts, surprise
from pipeweave_dagster.core.columns.column import Counts, Floats
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

PURE = 0.985
MIN_ROWS = 50
MIN_SHARE = 0.02
MIN_SURPRISE = 60.0


def check(case: Case) -> Iterator[Hit]:
    """Alert on dates at one end of which (nearly) all rows have a rarer class.

    Typical of rows that were only kept, or only dated, because of the outcome.
    """
    target = case.classes
    base = target.shares
    for column in case.suspects:
        if column.info.storage not in {"date", "datetime"} or column.distinct < 10:
            continue
        counts = class_counts(column, target)[:-1]
        ends = [("earliest", _stretch(counts, base)), ("latest", _stretch(counts[::-1], base))]
        name, (rows, hits, label) = max(ends, key=lambda end: end[1][0])
        if rows:
            yield Hit(
                "alerted",
                f"Of the {rows:,} rows with its {name} dates {hits:,} have the class "
                f"{case.label(target.column, label)}, against {base[label]:.1%} of all rows. "
                "Those rows were probably kept, or this was filled in, because of the outcome.",
                [column.name],
                {"rows": rows, "of_class": hits, "base": round(float(base[label]), 4)},
                "Find out how these rows came in; leave the column out if it is known later.",
                drop(column.name),
            )


def _stretch(counts: Counts, base: Floats) -> tuple[int, int, int]:
    """Rows, hits and class of the longest pure stretch from the first value on; zeros if none."""
    below = np.cumsum(counts, axis=0)
    rows = below.sum(1)
    enough = rows >= max(MIN_ROWS, MIN_SHARE * rows[-1])
    shares = below / np.maximum(rows, 1)[:, None]
    odd = surprise(below, rows[:, None], base[None, :])
    fits = enough[:, None] & (shares >= PURE) & (base[None, :] < 0.5) & (odd >= MIN_SURPRISE)
    if not fits.any():
        return 0, 0, 0
    value, label = np.unravel_index(np.where(fits, odd, -1).argmax(), odd.shape)
    return int(rows[value]), int(below[value, label]), int(label)


GUARDRAIL = Guardrail("PW214", "No end of the time has one class only", "leakage", check)
