"""PW211: one value of a column goes with one class almost without exception."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts, surprise
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_ROWS = 20
MAX_VALUES = 200
PURE_MINORITY = 0.94
FEWER_ERRORS = 0.05
"""For a class that most rows have, its exceptions must become twenty times rarer."""
MIN_SURPRISE = 25.0
MANY = 0.25


def check(case: Case) -> Iterator[Hit]:
    """Alert on a value, presence or absence whose rows are nearly all of one class.

    Where a quarter of the columns do that, the classes are easy to tell by nature or all of these
    columns were derived from the target: that is one question, hence one finding.
    """
    found = [hit for column in case.suspects if (hit := _hit(column, case))]
    if len(found) <= max(3, MANY * len(case.suspects)):
        yield from found
        return
    names = [name for hit in found for name in hit.columns]
    yield Hit(
        "alerted",
        f"{len(names)} columns have a value whose rows are nearly all of one class: the classes "
        "are easy to tell, or these columns were derived from the target.",
        names,
        {"columns": len(names)},
        "If they are known only with the outcome, leave them out.",
        drop(*names),
    )


def _hit(column: Column, case: Case) -> Hit | None:
    target = case.classes
    base = target.shares
    sides = case.sides(column)[::-1]
    values = class_counts(column, target)[:-1] if column.distinct <= MAX_VALUES else sides[:0]
    both = sides if sides.sum(1).min() >= MIN_ROWS else sides[:0]
    table = np.vstack([values, both])
    rows = table.sum(1)
    shares = table / np.maximum(rows, 1)[:, None]
    odd = surprise(table, rows[:, None], base[None, :])
    pure = np.where(base < 0.5, PURE_MINORITY, 1 - FEWER_ERRORS * (1 - base))
    fixes = (rows[:, None] >= MIN_ROWS) & (shares >= pure) & (odd >= MIN_SURPRISE)
    if not fixes.any():
        return None
    place, label = (int(i) for i in np.unravel_index(np.where(fixes, odd, -1).argmax(), odd.shape))
    value = place if place < len(values) else None
    where = ("missing", "present")[place - len(values)] if value is None else ""
    hits, of = int(table[place, label]), int(rows[place])
    return Hit(
        "alerted",
        f"Where it is {where or case.label(column, place)}, {hits:,} of {of:,} rows have the class "
        f"{case.label(target.column, label)}, against {base[label]:.1%} of all rows.",
        [column.name],
        {"rows": of, "of_class": hits, "base": round(float(base[label]), 4)},
        "If it is known only with the outcome, leave it out.",
        drop(column.name),
    )


GUARDRAIL = Guardrail("PW211", "No single value fixes the class", "leakage", check)
