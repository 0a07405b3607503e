"""PW211: whether a column is filled in, zero or flagged determines the class."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts, log_likelihood_ratio
from pipeweave_dagster.core.columns.column import Column, Counts
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_ROWS = 20
MIN_VALUES = 10
"""Zero among so many values stands for "none" or "not yet", like a missing value."""
MIN_MINORITY_SHARE = 0.94
MAX_ERROR_RATIO = 0.05
"""For a majority class, its exceptions must become twenty times rarer."""
MIN_SURPRISE = 25.0
MIN_FLAG_SURPRISE = 100.0
"""Flags are more often legitimate than gaps, so they need more evidence."""
MAX_FLAGS = 2
"""Where more flags determine a class, the classes are easy to separate, unless leaks are proven."""
NONE = frozenset({"none", "no", "never", "nothing", "nil", "not applicable"})


def check(case: Case) -> Iterator[Hit]:
    """Alert if rows where a column is filled in, missing, zero or flagged have almost one class.

    Single values of categories and measurements often do, and legitimately; they are not reported.
    """
    hits: list[Hit] = []
    flags: list[Hit] = []
    min_flag_surprise = MIN_SURPRISE if case.proven_leaks else MIN_FLAG_SURPRISE
    for column in case.candidate_predictors:
        if hit := _hit(column, _structure(column, case), MIN_SURPRISE, case):
            hits.append(hit)
        elif column.distinct == 2 and (
            hit := _hit(column, _values(column, case), min_flag_surprise, case)
        ):
            flags.append(hit)
    yield from hits
    if case.proven_leaks or len(flags) <= MAX_FLAGS:
        yield from flags


_Events = dict[str, Counts]
"""Rows by class of each event, by what is shown of it."""


def _structure(column: Column, case: Case) -> _Events:
    present, missing = case.counts_by_missingness(column)
    events = {"present": present, "missing": missing} if missing.any() and present.any() else {}
    if (code := _none_value(column)) is not None:
        of_none = class_counts(column, case.class_target)[code]
        shown = case.display_value(column, code)
        events |= {shown: of_none, f"other than {shown}": present - of_none}
    return events


def _none_value(column: Column) -> int | None:
    """Return the code of zero, `000` or `none` among many values, which all stand for nothing."""
    if column.distinct < MIN_VALUES:
        return None
    if column.numbers is not None:
        place = int(np.searchsorted(column.numbers, 0.0))
        return place if place < column.distinct and column.numbers[place] == 0 else None
    mode = int(column.counts.argmax())
    label = column.labels[mode].strip().lower()
    return mode if label in NONE or (label and not label.strip("0.,-")) else None


def _values(column: Column, case: Case) -> _Events:
    counts = class_counts(column, case.class_target)
    return {case.display_value(column, code): counts[code] for code in range(2)}


def _hit(column: Column, events: _Events, min_surprise: float, case: Case) -> Hit | None:
    """Return the event that determines a class most surprisingly, if any does."""
    target = case.class_target
    base = target.shares
    if not events:
        return None
    counts = np.array(list(events.values()))
    rows = counts.sum(1)
    shares = counts / np.maximum(rows, 1)[:, None]
    surprises = log_likelihood_ratio(counts, rows[:, None], base[None, :])
    min_share = np.where(base < 0.5, MIN_MINORITY_SHARE, 1 - MAX_ERROR_RATIO * (1 - base))
    determines = (rows[:, None] >= MIN_ROWS) & (shares >= min_share) & (surprises >= min_surprise)
    if not determines.any():
        return None
    best = np.where(determines, surprises, -1).argmax()
    event, label = (int(i) for i in np.unravel_index(best, surprises.shape))
    return Hit(
        "alerted",
        f"Where it is {list(events)[event]}, {counts[event, label]:,} of {rows[event]:,} rows have "
        f"class {case.display_value(target.column, label)}, compared with {base[label]:.1%} of all "
        "rows.",
        [column.name],
        {
            "rows": int(rows[event]),
            "of_class": int(counts[event, label]),
            "base": round(float(base[label]), 4),
        },
        "Drop it if it is known only after the outcome.",
        drop(column.name),
    )


GUARDRAIL = Guardrail(
    "PW211", "No gap or flag determines the class", "leakage", check, after_proofs=True
)
