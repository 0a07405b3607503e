"""Columns by which the rows may be structured: the time of each row, and groups of rows."""

from typing import Literal, NamedTuple

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.structure.column_pairs import Pairs, pairs_within, sampled_rows
from pipeweave_dagster.core.quality.structure.within_groups import is_quantity

MIN_TIMES, MAX_MISSING_TIMES = 20, 0.05
MIN_GROUPS, MIN_MEAN_ROWS, MAX_MISSING_GROUPS = 10, 1.3, 0.3
MOST_TIMES, MOST_GROUPS = 2, 3
MIN_CHANCE_PAIRS, MAX_COLLISIONS = 20.0, 0.05
"""Chance pairs of a panel, and the share of them that there may be."""
MIN_MEAN_PARTNER_ROWS = 3.0
"""Rows per value of the other column of a panel: a row number is a partner of any column."""
MIN_CONSTANT_COLUMNS, MIN_EQUAL, MAX_CHANCE = 2, 0.99, 0.8
MIN_PAIRS = 50.0
MAX_COLUMNS, MAX_OTHERS = 25, 40
"""Columns that may name groups, and those that they are compared with: each pair takes 1 ms."""


class Candidate(NamedTuple):
    """A column that may structure the rows.

    `is_feature` is whether a model under a random split would read the column itself.
    """

    kind: Literal["time", "group"]
    column: Column
    is_feature: bool
    strength: float


def time_candidates(features: list[Column]) -> list[Candidate]:
    """Return the dates that could be the time of a row; dates of birth are left out."""
    found = [
        Candidate("time", c, is_feature=True, strength=100.0)
        for c in features
        if c.info.storage in {"date", "datetime"}
        and not c.info.pii
        and c.distinct >= MIN_TIMES
        and c.missing <= MAX_MISSING_TIMES * c.rows
    ]
    return sorted(found, key=lambda c: -c.column.distinct)[:MOST_TIMES]


def group_candidates(
    predictors: list[Column], features: list[Column], target: Target
) -> list[Candidate]:
    """Return the columns whose values name groups of rows, those with most evidence first.

    Evidence is any of these:

    - a panel: together with another column that repeats it identifies the rows, which the values
      of two columns would hardly do by chance (a patient and the number of the visit). Where both
      are candidates, the subject is the one that does so with more columns: a patient with the
      visit and with what is measured in it, each of these with the patient alone;
    - several other columns are constant within its values, but not overall (age, sex);
    - it is an identifier, and yet it repeats.

    A quantity is no group: rows of one of its values are like rows of the next.
    """
    found: list[Candidate] = []
    varying = [c for c in features if c.distinct > 1][:MAX_OTHERS]
    if not varying:
        return found
    rows = sampled_rows([*varying, target.column])
    repeating = [c for c in predictors if _repeats(c)][:MAX_COLUMNS]
    pairs_of = {
        c.name: {o.name: pairs_within(c, o, rows) for o in varying if o.name != c.name}
        for c in repeating
    }
    partners = {
        c.name: {
            o.name for o in varying if o.name != c.name and _is_panel(o, pairs_of[c.name][o.name])
        }
        for c in repeating
    }
    for column in repeating:
        others = [c for c in varying if c.name != column.name]
        identifier = column.info.role == "identifier"
        pairs, own = pairs_of[column.name], partners[column.name]
        panel = any(len(partners.get(name, ())) <= len(own) for name in own)
        constant = [c for c in others if _is_constant(column, c, pairs[c.name])]
        if not (panel or identifier or len(constant) >= MIN_CONSTANT_COLUMNS):
            continue
        if column.ordered and not identifier and is_quantity(column, target, constant):
            continue
        # A category is read by models of new rows as well, unless it names the rows' subjects.
        read = not identifier and (panel or column.ordered)
        found.append(Candidate("group", column, read, 10.0 * panel + len(constant)))
    return sorted(found, key=lambda c: -c.strength)[:MOST_GROUPS]


def _repeats(column: Column) -> bool:
    return (
        column.info.storage in {"text", "integer"}
        and column.distinct >= MIN_GROUPS
        and column.missing <= MAX_MISSING_GROUPS * column.rows
        and column.present >= MIN_MEAN_ROWS * column.distinct
    )


def _is_panel(other: Column, pairs: Pairs) -> bool:
    """Return whether hardly any two rows agree in both columns, although both repeat."""
    return (
        other.present >= MIN_MEAN_PARTNER_ROWS * other.distinct
        and pairs.chance >= MIN_CHANCE_PAIRS
        and pairs.equal <= MAX_COLLISIONS * pairs.chance
    )


def _is_constant(column: Column, other: Column, pairs: Pairs) -> bool:
    """Return whether a column is constant within the groups, and no mere copy of them."""
    copy = not other.ordered and other.distinct >= 0.95 * column.distinct
    return (
        not copy
        and pairs.total >= MIN_PAIRS
        and pairs.chance <= MAX_CHANCE * pairs.total
        and pairs.equal >= MIN_EQUAL * pairs.total
    )
