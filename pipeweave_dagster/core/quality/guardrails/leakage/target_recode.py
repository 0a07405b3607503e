"""PW204: a column is a copy or a recode of the target."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MAX_EXCEPTIONS = 0.001
ROWS_PER_VALUE = 10
MAX_VALUES = 200
MAX_NUMBERS = 50
"""A measurement with more values is no recode, even if all rows were repeated ten times."""
MIN_ROWS = 30
MAX_CELLS = 5_000_000


def check(case: Case) -> Iterator[Hit]:
    """Block a column whose every value stands for one target value (at most 0.1 % exceptions)."""
    target = case.target
    for column in case.suspects:
        exceptions = exceptions_of(column, target)
        if exceptions is None:
            continue
        rows = int(target.known.sum())
        yield Hit(
            "fixed" if column.info.role == "identifier" else "blocked",
            f"Each of its {column.distinct} values stands for one value of the target: "
            f"{exceptions} exceptions in {rows:,} rows. It is a copy or a recode of the target.",
            [column.name],
            {"exceptions": exceptions, "rows": rows, "values": column.distinct},
            "Leave the column out, or override with the reason why it is known beforehand.",
            drop(column.name),
        )


def exceptions_of(column: Column, target: Target) -> int | None:
    """Rows that break the rule `value of the column -> value of the target`.

    None where there is no proof: too many exceptions, too few rows, a column with so many values
    that it is rather a key, or (for a regression target) several values for one of the target's.
    """
    rows = target.known & (column.codes >= 0)
    total = int(rows.sum())
    known = int(target.known.sum())
    if total < MIN_ROWS or total < known * (1 - MAX_EXCEPTIONS) or column.distinct < 2:
        return None
    limit = MAX_NUMBERS if column.ordered else MAX_VALUES
    if column.distinct > limit or total < column.distinct * ROWS_PER_VALUE:
        return None
    if target.task == "regression" and column.distinct < 0.5 * target.classes:
        return None
    if column.distinct * target.classes > MAX_CELLS:
        return None
    table = class_counts(column, target)[:-1]
    exceptions = known - int(table.max(1).sum())
    named = set(table.argmax(1)[table.sum(1) > 0].tolist())
    weighty = set(np.flatnonzero(target.counts > 2 * MAX_EXCEPTIONS * known).tolist())
    told = len(weighty) >= 2 and weighty <= named  # the rule names every class of weight
    return exceptions if exceptions <= target.exceptions_allowed and told else None


GUARDRAIL = Guardrail("PW204", "No column is a recode of the target", "leakage", check)
