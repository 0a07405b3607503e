"""Drift of one column: its distribution, its missing values and its new categories."""

from dataclasses import dataclass

import numpy as np

from pipeweave_dagster.core.columns.value_counts import ValueCounts
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import ColumnDrift
from pipeweave_dagster.core.documents.monitoring import Change
from pipeweave_dagster.core.monitoring.two_samples import (
    kolmogorov_smirnov,
    share_p_value,
    total_variation,
    unseen_p_value,
)
from pipeweave_dagster.core.monitoring.word_drift import holds_texts, most_changed_word
from pipeweave_dagster.core.number_format import number

LEAST_EFFECT: dict[Change, float] = {
    "distribution": 0.1,
    "missing values": 0.05,
    "new categories": 0.01,
}
"""The share of rows from which a change matters. A shift of 0.25 standard deviations of a normal
distribution moves 0.1 of its rows, one of 0.5 moves 0.2."""
_CATEGORIES = 20
_DATES = frozenset({"date", "datetime"})


@dataclass(frozen=True)
class Tested:
    """One test of one column: effect size, p-value, and what has changed in words."""

    change: Change
    effect: float
    p_value: float
    text: str

    def drifted(self, level: float) -> bool:
        """Return whether the change is large enough to matter, and too large for chance."""
        return self.effect >= LEAST_EFFECT[self.change] and self.p_value <= level


def tests_of(before: ValueCounts, after: ValueCounts, *, hidden: bool) -> list[Tested]:
    """Return the tests of a column; a date has advanced in every batch, so only its gaps count.

    The texts show no value of a hidden column.
    """
    found = [_missing(before, after)]
    if before.storage in _DATES or not before.present or not after.present:
        return found
    if before.ordered and before.numbers is not None and after.numbers is not None:
        found.append(_moved(before, after, hidden=hidden))
    elif holds_texts(before):
        found.append(_reworded(before, after, hidden=hidden))
    else:
        found += [_reweighted(before, after), _unseen(before, after)]
    return found


def drift_of(name: str, tests: list[Tested], level: float) -> ColumnDrift:
    """Return the drift of a column: that of its largest change, with the others in the note."""
    ranked = sorted(tests, key=lambda t: (not t.drifted(level), -t.effect))
    worst = ranked[0]
    return ColumnDrift(
        name=name,
        score=worst.effect,
        threshold=LEAST_EFFECT[worst.change],
        drifted=worst.drifted(level),
        note=" ".join(t.text for t in ranked if t.drifted(level)),
        change=worst.change,
        p_value=worst.p_value,
    )


def _missing(before: ValueCounts, after: ValueCounts) -> Tested:
    old, new = (side.missing / max(1, side.rows) for side in (before, after))
    p_value = share_p_value((before.missing, before.rows), (after.missing, after.rows))
    text = f"{new:.1%} of its values are missing, {old:.1%} in the reference."
    return Tested("missing values", round(abs(new - old), 6), p_value, text)


def _moved(before: ValueCounts, after: ValueCounts, *, hidden: bool) -> Tested:
    assert before.numbers is not None  # noqa: S101 - the caller has checked
    assert after.numbers is not None  # noqa: S101
    effect, p_value = kolmogorov_smirnov(
        (before.numbers, before.counts), (after.numbers, after.counts)
    )
    middle, later = _median(before), _median(after)
    medians = "" if hidden else f"; median {number(middle)} → {number(later)}"
    text = f"{effect:.0%} of its values have moved{medians}."
    return Tested("distribution", effect, p_value, text)


def _reworded(before: ValueCounts, after: ValueCounts, *, hidden: bool) -> Tested:
    word, (old, new), p_value = most_changed_word(before, after)
    named = "a word" if hidden else f"the word {word!r}"
    text = f"{new:.0%} of its texts have {named}, {old:.0%} of those in the reference."
    return Tested("distribution", round(abs(new - old), 6), p_value, text)


def _reweighted(before: ValueCounts, after: ValueCounts) -> Tested:
    top = np.argsort(-before.counts, kind="stable")[:_CATEGORIES]
    new = dict(zip(after.labels, after.counts.tolist(), strict=True))
    frequent = before.counts[top]
    same = np.array([new.get(before.labels[code], 0) for code in top])
    old_rows = np.append(frequent, before.present - frequent.sum())
    new_rows = np.append(same, after.present - same.sum())
    effect, p_value = total_variation(old_rows, new_rows)
    text = f"The shares of its categories differ for {effect:.0%} of the rows."
    return Tested("distribution", effect, p_value, text)


def _unseen(before: ValueCounts, after: ValueCounts) -> Tested:
    known = set(before.labels)
    rows = [
        count
        for label, count in zip(after.labels, after.counts.tolist(), strict=True)
        if label not in known
    ]
    total, categories = sum(rows), before.distinct + len(rows)
    p_value = unseen_p_value(max(rows, default=0), before.present, after.present, categories)
    share, have = total / after.present, "has" if total == 1 else "have"
    text = f"{counted(total, 'row')} ({share:.1%}) {have} categories unseen in the reference."
    return Tested("new categories", round(total / after.present, 6), p_value, text)


def _median(column: ValueCounts) -> float:
    assert column.numbers is not None  # noqa: S101 - ordered columns have numbers
    half = np.searchsorted(np.cumsum(column.counts), column.present / 2)
    return float(column.numbers[half])
