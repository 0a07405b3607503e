"""PW211: one value of a column determines the class almost without exception."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts, log_likelihood_ratio
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_ROWS = 20
MAX_VALUES = 200
MIN_MINORITY_SHARE = 0.94
MAX_ERROR_RATIO = 0.05
"""For a majority class, its exceptions must become twenty times rarer."""
MIN_SURPRISE = 25.0
MAX_SEPARATE_SHARE = 0.25
MAX_SEPARATE = 3


def check(case: Case) -> Iterator[Hit]:
    """Alert on a value, its presence or its absence whose rows almost all have one class.

    Where more than a quarter of the columns have one, the classes are easy to separate or all of
    these columns were derived from the target: that is one question, hence one finding.
    """
    hits = [hit for column in case.candidate_predictors if (hit := _hit(column, case))]
    if len(hits) <= max(MAX_SEPARATE, MAX_SEPARATE_SHARE * len(case.candidate_predictors)):
        yield from hits
        return
    names = [name for hit in hits for name in hit.columns]
    yield Hit(
        "alerted",
        f"{len(names)} columns have a value whose rows almost all belong to one class: either the "
        "classes are easy to separate, or these columns were derived from the target.",
        names,
        {"columns": len(names)},
        "Drop them if they are known only after the outcome.",
        drop(*names),
    )


def _hit(column: Column, case: Case) -> Hit | None:
    """Return the value (or missing, or present) that determines a class most surprisingly."""
    target = case.class_target
    base = target.shares
    missing_present = case.counts_by_missingness(column)[::-1]
    none = missing_present[:0]
    by_value = class_counts(column, target)[:-1] if column.distinct <= MAX_VALUES else none
    by_presence = missing_present if missing_present.sum(1).min() >= MIN_ROWS else none
    counts = np.vstack([by_value, by_presence])
    rows = counts.sum(1)
    shares = counts / np.maximum(rows, 1)[:, None]
    surprises = log_likelihood_ratio(counts, rows[:, None], base[None, :])
    min_share = np.where(base < 0.5, MIN_MINORITY_SHARE, 1 - MAX_ERROR_RATIO * (1 - base))
    determines = (rows[:, None] >= MIN_ROWS) & (shares >= min_share) & (surprises >= MIN_SURPRISE)
    if not determines.any():
        return None
    best = np.where(determines, surprises, -1).argmax()
    value, label = (int(i) for i in np.unravel_index(best, surprises.shape))
    is_value = value < len(by_value)
    states = ("missing", "present")
    shown = case.display_value(column, value) if is_value else states[value - len(by_value)]
    return Hit(
        "alerted",
        f"Where it is {shown}, {counts[value, label]:,} of {rows[value]:,} rows have class "
        f"{case.display_value(target.column, label)}, compared with {base[label]:.1%} of all rows.",
        [column.name],
        {
            "rows": int(rows[value]),
            "of_class": int(counts[value, label]),
            "base": round(float(base[label]), 4),
        },
        "Drop it if it is known only after the outcome.",
        drop(column.name),
    )


GUARDRAIL = Guardrail("PW211", "No single value determines the class", "leakage", check)
