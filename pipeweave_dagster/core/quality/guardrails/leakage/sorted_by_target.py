"""PW202: the order of a column is the order of the target."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import rank_correlation
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop

MIN_ROWS = 100
MIN_CLASS_ROWS = 10
SAME_ORDER = 0.999
HONEST = 0.94
"""Where another column has more skill than this, the classes lie far apart by nature."""
WIDE = 0.05
"""So do classes with a wider gap between them, in units of the column's 10 to 90 % range."""


def check(case: Case) -> Iterator[Hit]:
    """Block a cut that gives the classes, or a rank correlation of at least 0.999 with numbers."""
    target = case.target
    rows = int(target.known.sum())
    if rows < MIN_ROWS:
        return
    for column in case.suspects:
        if not column.ordered or column.distinct < 3:
            continue
        told = _same_order(column, case, rows) if target.values is not None else _cut(column, case)
        if told:
            message, evidence = told
            yield Hit(
                "fixed" if column.info.role == "identifier" else "blocked",
                message,
                [column.name],
                {**evidence, "rows": rows},
                "Leave the column out, or override with the reason why it is known beforehand.",
                drop(column.name),
            )


def _same_order(column: Column, case: Case, rows: int) -> tuple[str, dict[str, float]] | None:
    target = case.target
    both = int(((column.codes >= 0) & target.known).sum())
    if both < 0.99 * rows or target.classes < 30:
        return None
    rho = rank_correlation(column.codes, target.codes)
    if abs(rho) < SAME_ORDER:
        return None
    text = f"Its order is that of the target (rank correlation {rho:.4f}): one follows the other."
    return text, {"rank_correlation": round(rho, 6)}


def _cut(column: Column, case: Case) -> tuple[str, dict[str, float]] | None:
    target, order = case.target, case.order(column)
    if target.counts.min() < MIN_CLASS_ROWS and target.task == "binary":
        return None
    if order.cut is not None:
        exceptions = order.cut.exceptions
        if exceptions > target.exceptions_allowed or case.honest_best > HONEST:
            return None
        if _gap(column, order.cut.place) > WIDE:
            return None
        text = f"One cut of its values gives the classes, with {exceptions} exceptions."
        return text, {"exceptions": exceptions}
    if order.runs != target.classes or order.stray > target.exceptions_allowed:
        return None
    text = f"Each class is one range of its values, with {order.stray} exceptions."
    return text, {"exceptions": order.stray, "ranges": order.runs}


def _gap(column: Column, place: int) -> float:
    """Width of the empty space at a cut; 0 where one side is a single value (`more than none`)."""
    numbers = column.numbers
    if numbers is None or place <= 1 or place >= len(numbers) - 1:
        return 0.0
    below = np.cumsum(column.counts) / column.present
    low, high = (numbers[np.searchsorted(below, q)] for q in (0.1, 0.9))
    spread = float(high - low) or float(numbers[-1] - numbers[0])
    return float(numbers[place] - numbers[place - 1]) / spread


GUARDRAIL = Guardrail("PW202", "No column is in the order of the target", "leakage", check)
