"""PW204: a column is a copy or recode of the target."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.class_contrast import class_counts
from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop

MAX_EXCEPTIONS = 0.001
ROWS_PER_VALUE = 10
MAX_CATEGORIES = 200
MAX_NUMBERS = 50
"""A measurement with more values is not a recode, even if all rows were repeated ten times."""
MIN_ROWS = 30
MAX_CELLS = 5_000_000


def check(case: Case) -> Iterator[Hit]:
    """Block a column whose values each map to one target value (at most 0.1 % exceptions)."""
    target = case.target
    for column in case.candidate_predictors:
        exceptions = exceptions_of(column, target)
        if exceptions is None:
            continue
        rows = int(target.known.sum())
        yield Hit(
            "fixed" if column.info.role == "identifier" else "blocked",
            f"Each of its {column.distinct} values always comes with the same target value "
            f"({_where(exceptions, rows)}): it is a copy or recode of the target.",
            [column.name],
            {"exceptions": exceptions, "rows": rows, "values": column.distinct},
            DROP_OR_EXPLAIN,
            drop(column.name),
        )


def _where(exceptions: int, rows: int) -> str:
    if not exceptions:
        return f"in all {rows:,} rows"
    return f"in all but {exceptions} of {rows:,} rows"


def exceptions_of(column: Column, target: Target) -> int | None:
    """Return the number of rows that break the mapping from column value to target value.

    None where there is no proof: too many exceptions, too few rows, so many values that the column
    is rather a key, or (for regression) several target values per column value.
    """
    rows = target.known & (column.codes >= 0)
    total = int(rows.sum())
    known = int(target.known.sum())
    if total < MIN_ROWS or total < known * (1 - MAX_EXCEPTIONS) or column.distinct < 2:
        return None
    limit = MAX_NUMBERS if column.ordered else MAX_CATEGORIES
    if column.distinct > limit or total < column.distinct * ROWS_PER_VALUE:
        return None
    if target.task == "regression" and column.distinct < 0.5 * target.classes:
        return None
    if column.distinct * target.classes > MAX_CELLS:
        return None
    table = class_counts(column, target)[:-1]
    exceptions = known - int(table.max(1).sum())
    mapped = set(table.argmax(1)[table.sum(1) > 0].tolist())
    frequent = set(np.flatnonzero(target.counts > 2 * MAX_EXCEPTIONS * known).tolist())
    complete = len(frequent) >= 2 and frequent <= mapped  # every frequent class is mapped to
    return exceptions if exceptions <= target.exceptions_allowed and complete else None


GUARDRAIL = Guardrail(
    "PW204", "Target is not copied or recoded in another column", "leakage", check
)
