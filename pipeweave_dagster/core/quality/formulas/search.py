"""The formula search of a table: terms from its columns, formulas for its target."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.formulas.class_pairs import MAX_CLASSES
from pipeweave_dagster.core.quality.formulas.class_search import class_formulas
from pipeweave_dagster.core.quality.formulas.formula import Formula
from pipeweave_dagster.core.quality.formulas.numeric_search import numeric_formulas
from pipeweave_dagster.core.quality.formulas.rows import SplitRows, split_rows
from pipeweave_dagster.core.quality.formulas.space import Space
from pipeweave_dagster.core.quality.formulas.terms import quoted

log = logging.getLogger(__name__)

MAX_COLUMNS = 100
"""Ordered columns that are combined; of more, those with the most values."""
MAX_FORMULAS = 12
MIN_NUMERIC_CLASSES = 3
MORE_BITS = 20.0
"""What further columns have to save: one exception less may be chance."""


@dataclass(frozen=True)
class Search:
    """The formulas of a target, and how many columns the search left out."""

    formulas: list[Formula]
    left_out: int


def search(columns: Sequence[Column], target: Target, show: Callable[[int], str]) -> Search:
    """Return the formulas of other columns that give the target.

    Args:
        columns: The columns that may leak.
        target: The target; one of at least three numeric classes is searched as a number, too.
        show: Returns the text of a class for messages.
    """
    rows = split_rows(target.known)
    ordered = [c for c in columns if c.ordered or c.info.storage == "boolean"]
    ordered = sorted(ordered, key=lambda c: -c.distinct)
    left_out = max(0, len(ordered) - MAX_COLUMNS)
    if left_out:
        log.info("formula search: %s of %s columns", MAX_COLUMNS, len(ordered))
    if rows is None:
        return Search([], left_out)
    chosen = {c.name for c in ordered[:MAX_COLUMNS]}
    with np.errstate(all="ignore"):  # results that overflow fit nothing
        space = Space.of([c for c in columns if c.name in chosen], columns, rows.finding)
        found = _different(_all(space, columns, target, rows, show))
    return Search(found, left_out)


def _all(
    space: Space,
    columns: Sequence[Column],
    target: Target,
    rows: SplitRows,
    show: Callable[[int], str],
) -> Iterator[Formula]:
    numbers = _numbers(target)
    if numbers is not None:
        for formula in numeric_formulas(space, numbers, rows, sums_only=target.values is None):
            yield replace(formula, statement=f"{quoted(target.name)} is {formula.statement}")
    if target.values is None or target.classes <= MAX_CLASSES:
        yield from class_formulas(space, columns, target, rows, show)


def _numbers(target: Target) -> Floats | None:
    """Return the target as numbers, NaN where it is missing; None if its classes are no numbers."""
    if target.values is not None:
        return target.values
    numbers = target.column.numbers
    if numbers is None or target.classes < MIN_NUMERIC_CLASSES:
        return None
    values: Floats = np.append(numbers, np.nan)[target.codes]
    return values


def _different(formulas: Iterator[Formula]) -> list[Formula]:
    """Return the best formula of each set of columns, and none that only adds columns to another.

    The best one saves the most bits; proof goes before suspicion.
    """
    kept: list[Formula] = []
    for formula in formulas:
        names = set(formula.columns)
        if any(set(k.columns) <= names and _covers(k, formula) for k in kept):
            continue
        kept = [k for k in kept if not (names <= set(k.columns) and _covers(formula, k))]
        kept.append(formula)
        if len(kept) >= MAX_FORMULAS:
            break
    return kept


def _covers(first: Formula, second: Formula) -> bool:
    """Return whether the second formula adds nothing to the first, whose columns it contains."""
    if set(first.columns) == set(second.columns):
        return (first.proof, first.bits_saved) >= (second.proof, second.bits_saved)
    longer_is_worth_it = second.bits_saved >= first.bits_saved + MORE_BITS
    return first.proof or not second.proof or not longer_is_worth_it
