"""PW202: a column sorts the rows in the order of the target."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import rank_correlation
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import DROP_OR_EXPLAIN, Guardrail, Hit, drop
from pipeweave_dagster.core.quality.target_measurements import EASY_SKILL

MIN_ROWS = 100
MIN_CLASS_ROWS = 10
MIN_RANK_CORRELATION = 0.999
MIN_STEP_CORRELATION = 0.9
"""Where the target is a trend, the steps from row to row have to agree, too."""
MAX_GAP = 0.05
"""With a wider gap (of the column's 10 to 90 % range), classes are well separated by nature."""


def check(case: Case) -> Iterator[Hit]:
    """Block a threshold that separates the classes, or a rank correlation of at least 0.999."""
    target = case.target
    rows = int(target.known.sum())
    if rows < MIN_ROWS:
        return
    numeric = target.values is not None
    for column in case.candidate_predictors:
        if not column.ordered or column.distinct < 3:
            continue
        proof = _same_ranking(column, case, rows) if numeric else _separation(column, case)
        if proof:
            message, evidence = proof
            yield Hit(
                "fixed" if column.info.role == "identifier" else "blocked",
                message,
                [column.name],
                {**evidence, "rows": rows},
                DROP_OR_EXPLAIN,
                drop(column.name),
            )


def _same_ranking(column: Column, case: Case, rows: int) -> tuple[str, dict[str, float]] | None:
    target = case.target
    both = int(((column.codes >= 0) & target.known).sum())
    if both < 0.99 * rows or target.classes < 30:
        return None
    rho = case.rank_correlation(column)
    if abs(rho) < MIN_RANK_CORRELATION or _share_a_trend(column, case):
        return None
    message = f"It ranks the rows like the target (rank correlation {rho:.4f})."
    return message, {"rank_correlation": round(rho, 6)}


def _share_a_trend(column: Column, case: Case) -> bool:
    """Return whether both only grow (or shrink) with time, from which the rank correlation comes.

    Consumption grows with the domestic product; a copy also repeats its ups and downs.
    """
    if not case.target_is_trend:
        return False
    known = np.flatnonzero((column.codes >= 0) & case.target.known)
    x, y = column.codes[known], case.target.codes[known]
    steps = [np.unique(np.diff(codes), return_inverse=True)[1] for codes in (x, y)]
    return abs(rank_correlation(*(s.astype(np.int32) for s in steps))) < MIN_STEP_CORRELATION


def _separation(column: Column, case: Case) -> tuple[str, dict[str, float]] | None:
    target, order = case.target, case.class_separation(column)
    if target.counts.min() < MIN_CLASS_ROWS and target.task == "binary":
        return None
    if order.cut is not None:
        exceptions = order.cut.exceptions
        if exceptions > target.exceptions_allowed or case.best_other_skill(column) > EASY_SKILL:
            return None
        if _gap(column, order.cut.position) > MAX_GAP:
            return None
        message = f"A single threshold on it separates the classes (exceptions: {exceptions})."
        return message, {"exceptions": exceptions}
    contiguous = order.runs == target.classes and order.stray <= target.exceptions_allowed
    if not contiguous or case.best_other_skill(column) > EASY_SKILL:
        return None
    message = f"Each class is one contiguous range of its values (exceptions: {order.stray})."
    return message, {"exceptions": order.stray, "ranges": order.runs}


def _gap(column: Column, place: int) -> float:
    """Return the relative width of the gap at a threshold; 0 if one side is a single value."""
    numbers = column.numbers
    if numbers is None or place <= 1 or place >= len(numbers) - 1:
        return 0.0
    cumulative = np.cumsum(column.counts) / column.present
    low, high = (numbers[np.searchsorted(cumulative, q)] for q in (0.1, 0.9))
    spread = float(high - low) or float(numbers[-1] - numbers[0])
    return float(numbers[place] - numbers[place - 1]) / spread


GUARDRAIL = Guardrail("PW202", "Target is not ordered by a single column", "leakage", check)
