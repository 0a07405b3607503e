"""PW211: a gap, a zero, a flag or a category determines the class."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts, log_likelihood_ratio
from pipeweave_dagster.core.columns.column import Column, Counts
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.other_columns import joint_auc

MIN_ROWS = 20
MIN_VALUES = 10
"""Zero among so many values stands for "none" or "not yet", like a missing value."""
MIN_MINORITY_SHARE = 0.94
MAX_ERROR_RATIO = 0.05
"""For a majority class, its exceptions must become twenty times rarer."""
MIN_SURPRISE = 25.0
MIN_VALUE_SURPRISE = 60.0
MIN_VALUE_SHARE = 0.99
"""Flags and categories are more often legitimate than gaps, so they need more evidence."""
MAX_CATEGORIES = 60
KNOWN_AUC = 0.95
"""From here on the other columns know the class as well: it is easy to separate."""
NONE = frozenset({"none", "no", "never", "nothing", "nil", "not applicable"})


def check(case: Case) -> Iterator[Hit]:
    """Alert if rows where a column is filled in, missing, zero or flagged have almost one class.

    Flags and categories only if the other columns leave that class open, or if a leak is proven:
    single values often determine a class legitimately.
    """
    for column in case.candidate_predictors:
        found = _hit(column, _structure(column, case), (MIN_SURPRISE, MIN_MINORITY_SHARE), case)
        found = found or _of_value(column, case)
        if found:
            yield found[0]


def _of_value(column: Column, case: Case) -> tuple[Hit, int] | None:
    """Return the flag or category that determines a class which the other columns leave open."""
    flag = column.distinct == 2
    if not flag and (column.ordered or column.distinct > MAX_CATEGORIES):
        return None
    counts = class_counts(column, case.class_target)[:-1]
    events = {case.display_value(column, code): rows for code, rows in enumerate(counts)}
    needed = (MIN_VALUE_SURPRISE, MIN_VALUE_SHARE)
    if flag and case.proven_leaks:
        needed = (MIN_SURPRISE, MIN_MINORITY_SHARE)
    found = _hit(column, events, needed, case)
    if found is None or (flag and case.proven_leaks):
        return found
    others = [other for other in case.candidate_predictors if other.name != column.name]
    target = case.class_target
    auc = joint_auc(others, target.codes == found[1], target.known, case.half_of_row)
    return found if auc <= KNOWN_AUC else None


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


def _hit(
    column: Column, events: _Events, needed: tuple[float, float], case: Case
) -> tuple[Hit, int] | None:
    """Return the event that determines a class most surprisingly, if any does, and the class.

    `needed` are the least surprise, and the least share of a minority class.
    """
    target = case.class_target
    min_surprise, min_minority = needed
    base = target.shares
    if not events:
        return None
    counts = np.array(list(events.values()))
    rows = counts.sum(1)
    shares = counts / np.maximum(rows, 1)[:, None]
    surprises = log_likelihood_ratio(counts, rows[:, None], base[None, :])
    min_share = np.where(base < 0.5, min_minority, 1 - MAX_ERROR_RATIO * (1 - base))
    determines = (rows[:, None] >= MIN_ROWS) & (shares >= min_share) & (surprises >= min_surprise)
    if not determines.any():
        return None
    best = np.where(determines, surprises, -1).argmax()
    event, label = (int(i) for i in np.unravel_index(best, surprises.shape))
    hit = Hit(
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
    return hit, label


GUARDRAIL = Guardrail(
    "PW211", "No gap or single value determines the class", "leakage", check, after_proofs=True
)
