"""PW214: the earliest or latest rows all have one class."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts, log_likelihood_ratio
from pipeweave_dagster.core.columns.column import Counts, Floats
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_PURITY = 0.985
MIN_ROWS = 50
MIN_SHARE = 0.02
MIN_SURPRISE = 60.0


def check(case: Case) -> Iterator[Hit]:
    """Alert on dates whose earliest or latest rows (nearly) all have a minority class.

    Typical of rows that were kept, or dated, because of the outcome.
    """
    target = case.class_target
    base = target.shares
    for column in case.candidate_predictors:
        if column.info.storage not in {"date", "datetime"} or column.distinct < 10:
            continue
        counts = class_counts(column, target)[:-1]
        ends = [
            ("earliest", _pure_start(counts, base)),
            ("latest", _pure_start(counts[::-1], base)),
        ]
        name, (rows, hits, label) = max(ends, key=lambda end: end[1][0])
        if rows:
            yield Hit(
                "alerted",
                f"Of the {rows:,} rows with the {name} dates, {hits:,} have class "
                f"{case.display_value(target.column, label)}, compared with {base[label]:.1%} of "
                "all rows. These rows were probably kept, or the date filled in, because of the "
                "outcome.",
                [column.name],
                {"rows": rows, "of_class": hits, "base": round(float(base[label]), 4)},
                "Find out how these rows were collected; drop it if it is known only later.",
                drop(column.name),
            )


def _pure_start(counts: Counts, base: Floats) -> tuple[int, int, int]:
    """Return rows, hits and class of the longest pure run from the first value; zeros if none."""
    hits = np.cumsum(counts, axis=0)
    rows = hits.sum(1)
    enough = (rows >= max(MIN_ROWS, MIN_SHARE * rows[-1]))[:, None]
    shares = hits / np.maximum(rows, 1)[:, None]
    surprises = log_likelihood_ratio(hits, rows[:, None], base[None, :])
    pure = (shares >= MIN_PURITY) & (base[None, :] < 0.5) & (surprises >= MIN_SURPRISE)
    if not (enough & pure).any():
        return 0, 0, 0
    best = np.where(enough & pure, surprises, -1).argmax()
    value, label = np.unravel_index(best, surprises.shape)
    return int(rows[value]), int(hits[value, label]), int(label)


GUARDRAIL = Guardrail("PW214", "Classes are mixed over the whole time range", "leakage", check)
