"""PW604: groups of related rows that a random split would separate."""

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
MIN_AGREEMENT = 0.5
MAX_NEIGHBOUR_RATIO = 0.5
"""For a real quantity, rows of the next value agree at least half as much."""
MAX_CELLS = 20_000_000


def check(case: Case) -> Iterator[Hit]:
    """Alert on a key whose rows share an outcome far more often than chance.

    A model can then memorise the group (a patient, a device) instead of learning a rule, and a
    random test split would not reveal it.
    """
    if case.settings.split.group:
        return
    for column in case.candidate_predictors:
        if column.info.storage not in {"text", "integer"} or column.distinct < MIN_GROUPS:
            continue
        if not MEAN_ROWS[0] <= column.present / column.distinct <= MEAN_ROWS[1]:
            continue
        agreement = _agreement(column, case.target)
        if agreement is None or agreement < MIN_AGREEMENT:
            continue
        quantity = column.ordered and column.info.role != "identifier"
        limit = MAX_NEIGHBOUR_RATIO * agreement
        if not quantity or _neighbour_agreement(column, case.target) < limit:
            yield Hit(
                "alerted",
                f"Its {column.distinct:,} values form groups of rows with similar outcomes "
                f"(agreement within groups: {agreement:.0%} of the way from chance to identical). "
                "Rows of one group should not be in both training and test.",
                [column.name],
                {"groups": column.distinct, "alike": round(agreement, 4)},
                "Keep groups together: set split: {group: NAME}.",
                {"split": {"group": column.name}},
            )


def _agreement(column: Column, target: Target) -> float | None:
    """Return the agreement beyond chance of pairs within groups (intraclass correlation)."""
    sizes = _group_sizes(column, target)
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


def _neighbour_agreement(column: Column, target: Target) -> float:
    """Return the same for pairs of rows from one value and the next.

    For a quantity, rows of the next value agree nearly as much (people aged 40 and 41); for
    numbered groups such as patients they do not.
    """
    sizes = _group_sizes(column, target)
    pairs = float((sizes[1:] * sizes[:-1]).sum())
    if pairs < MIN_PAIRS:
        return 1.0
    if target.values is not None:
        sums, _ = _moments(column, target)
        return float((sums[1:] * sums[:-1]).sum() / pairs)
    counts = class_counts(column, target)[:-1].astype(np.float64)
    return _beyond_chance(float((counts[1:] * counts[:-1]).sum()) / pairs, target)


def _group_sizes(column: Column, target: Target) -> NDArray[np.float64]:
    known = target.known & (column.codes >= 0)
    return np.bincount(column.codes[known], minlength=column.distinct).astype(np.float64)


def _moments(column: Column, target: Target) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sums of standardised target values and of their squares, per group."""
    known = target.known & (column.codes >= 0)
    values = np.asarray(target.values)[known]
    centred = (values - values.mean()) / (values.std() or 1.0)
    codes, count = column.codes[known], column.distinct
    sums, squares = (np.bincount(codes, moment, count) for moment in (centred, centred**2))
    return sums.astype(np.float64), squares.astype(np.float64)


def _beyond_chance(agreement: float, target: Target) -> float:
    chance = float((target.shares**2).sum())
    return (agreement - chance) / (1 - chance)


GUARDRAIL = Guardrail("PW604", "Groups stay on one side of the split", "rows", check)
