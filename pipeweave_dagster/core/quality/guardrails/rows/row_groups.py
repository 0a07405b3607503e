"""PW604: rows that belong together would be torn apart by the split."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.class_contrast import class_counts
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MIN_GROUPS = 30
MEAN_ROWS = (1.5, 50.0)
MIN_PAIRS = 200
ALIKE = 0.5
NUMBER = 0.5
"""Of a number that means more or less, rows of the next value agree at least half as much."""
MAX_CELLS = 20_000_000


def check(case: Case) -> Iterator[Hit]:
    """Alert on a key whose rows have the same outcome far more often than other rows.

    A model can then recognise the group (a patient, a device) instead of learning the rule, and a
    random test part would not notice.
    """
    if case.settings.split.group:
        return
    for column in case.suspects:
        if column.info.storage not in {"text", "integer"} or column.distinct < MIN_GROUPS:
            continue
        if not MEAN_ROWS[0] <= column.present / column.distinct <= MEAN_ROWS[1]:
            continue
        alike = _alike(column, case.target)
        if alike is None or alike < ALIKE:
            continue
        counted = column.ordered and column.info.role != "identifier"
        if not counted or _neighbours_alike(column, case.target) < NUMBER * alike:
            yield Hit(
                "alerted",
                f"Its {column.distinct:,} values are groups of rows with nearly the same outcome "
                f"({alike:.0%} of the way from chance to always equal). Rows of one group should "
                "not be on both sides of the split.",
                [column.name],
                {"groups": column.distinct, "alike": round(alike, 4)},
                "Keep groups together: set `split: {group: …}`.",
                {"split": {"group": column.name}},
            )


def _alike(column: Column, target: Target) -> float | None:
    """Agreement of pairs within groups beyond chance (intraclass correlation for numbers)."""
    sizes = _sizes(column, target)
    pairs = float((sizes * (sizes - 1)).sum())
    if pairs < 2 * MIN_PAIRS:
        return None
    if target.values is not None:
        sums, squares = _moments(column, target)
        return float((sums**2 - squares).sum() / pairs)
    if column.distinct * target.classes > MAX_CELLS:
        return None
    counts = class_counts(column, target)[:-1].astype(np.float64)
    return _beyond_chance(float((counts * (counts - 1)).sum()) / pairs, target)


def _neighbours_alike(column: Column, target: Target) -> float:
    """The same for pairs of rows from a value and the next one.

    Rows of a number's next value are nearly as much alike (people of 40 and of 41 years); rows of
    the next patient are not, although patients are numbered.
    """
    sizes = _sizes(column, target)
    pairs = float((sizes[1:] * sizes[:-1]).sum())
    if pairs < MIN_PAIRS:
        return 1.0
    if target.values is not None:
        sums, _ = _moments(column, target)
        return float((sums[1:] * sums[:-1]).sum() / pairs)
    counts = class_counts(column, target)[:-1].astype(np.float64)
    return _beyond_chance(float((counts[1:] * counts[:-1]).sum()) / pairs, target)


def _sizes(column: Column, target: Target) -> NDArray[np.float64]:
    known = target.known & (column.codes >= 0)
    return np.bincount(column.codes[known], minlength=column.distinct).astype(np.float64)


def _moments(column: Column, target: Target) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each group the sum of its standardised values, and of their squares."""
    known = target.known & (column.codes >= 0)
    values = np.asarray(target.values)[known]
    centred = (values - values.mean()) / (values.std() or 1.0)
    codes, count = column.codes[known], column.distinct
    sums, squares = (np.bincount(codes, power, count) for power in (centred, centred**2))
    return sums.astype(np.float64), squares.astype(np.float64)


def _beyond_chance(agree: float, target: Target) -> float:
    chance = float((target.shares**2).sum())
    return (agree - chance) / (1 - chance)


GUARDRAIL = Guardrail("PW604", "Rows of a group stay together", "rows", check)
