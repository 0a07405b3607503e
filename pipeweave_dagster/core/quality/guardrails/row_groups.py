"""PW604: rows that belong together would be torn apart by the split."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.contrast import class_counts
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit

MIN_GROUPS = 30
MEAN_ROWS = (1.5, 50.0)
MIN_PAIRS = 200
ALIKE = 0.5
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
        if column.ordered and column.info.role != "identifier":
            continue
        alike = _alike(column, case.target)
        if alike is not None and alike >= ALIKE:
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
    known = target.known & (column.codes >= 0)
    sizes = np.bincount(column.codes[known], minlength=column.distinct).astype(np.float64)
    pairs = float((sizes * (sizes - 1)).sum())
    if pairs < 2 * MIN_PAIRS:
        return None
    if target.values is not None:
        values = target.values[known]
        centred = (values - values.mean()) / (values.std() or 1.0)
        sums = np.bincount(column.codes[known], centred, minlength=column.distinct)
        squares = np.bincount(column.codes[known], centred**2, minlength=column.distinct)
        return float((sums**2 - squares).sum() / pairs)
    if column.distinct * target.classes > MAX_CELLS:
        return None
    counts = class_counts(column, target)[:-1].astype(np.float64)
    agree = float((counts * (counts - 1)).sum()) / pairs
    chance = float((target.shares**2).sum())
    return (agree - chance) / (1 - chance)


GUARDRAIL = Guardrail("PW604", "Rows of a group stay together", "rows", check)
