"""Confirms formulas for numeric targets on all rows, and counts their exceptions."""

from collections.abc import Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.formula import PROOF, SUSPICION, Expression, Formula
from pipeweave_dagster.core.quality.formulas.rows import MIN_ROWS, SplitRows
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term

MIN_TESTED = 0.3
MIN_UNUSUAL = 20
MAX_UNUSUAL_WRONG = 0.05
BITS_OF_PROOF = 40.0


def confirmed(
    expression: Expression,
    y: Floats,
    tolerance: Floats,
    rows: SplitRows,
    terms: Sequence[Term] = (),
) -> Formula | None:
    """Return the formula if it holds on all rows, with at most 3 % exceptions; else None.

    A formula that is right only where its best single column is, too, is none. Beyond what that
    column says it has to save at least 40 bits of a description of the target, its own length
    subtracted: that excludes chance.

    Args:
        expression: The expression, found on `rows.finding`.
        y: Target of every row of the table.
        tolerance: How far each row may be off.
        rows: The rows.
        terms: Terms of single columns, for the prediction by one column.
    """
    predicted = expression.predict(rows.all)
    tested = np.isfinite(predicted)
    known = rows.all[tested]
    if len(known) < max(MIN_ROWS, MIN_TESTED * len(rows.all)):
        return None
    actual, allowed = y[known], tolerance[known]
    if expression.slack is not None:
        allowed = allowed + expression.slack(known)
    wrong = np.abs(actual - predicted[tested]) > allowed
    rest = actual - _by_one_column(expression, y, rows, known, terms)
    unusual = np.abs(rest) > allowed
    exceptions = int(wrong.sum())
    if unusual.sum() < MIN_UNUSUAL or exceptions > SUSPICION * len(known):
        return None
    if wrong[unusual].mean() > MAX_UNUSUAL_WRONG:
        return None
    saved = bits_of(rest[unusual], allowed[unusual]) * (1 - wrong[unusual].mean())
    saved -= exceptions * np.log2(len(known)) + expression.bits
    proof = exceptions <= PROOF * len(known)
    if saved < BITS_OF_PROOF or not (proof or expression.simple):
        return None
    unseen = int((~np.isin(known, rows.finding)).sum())
    return Formula(
        columns=expression.columns,
        statement=expression.text,
        expression=expression.text,
        exceptions=exceptions,
        rows=len(known),
        unseen=unseen,
        bits_saved=float(saved),
        proof=proof and unseen >= MIN_ROWS // 2,
        kind=expression.kind,
    )


def _by_one_column(
    expression: Expression, y: Floats, rows: SplitRows, known: Rows, terms: Sequence[Term]
) -> Floats:
    """Return the best prediction by one column of the expression alone: a line, or level medians.

    The median, if the expression has one column only.
    """
    finding = rows.finding
    median = float(np.median(y[finding]))
    best = np.full(len(known), median)
    if len(expression.columns) == 1:
        return best
    if expression.by_level is not None:
        best = expression.by_level(known)
        best = np.where(np.isfinite(best), best, median)
    for term in terms:
        if len(term.columns) == 1 and term.columns[0] in expression.columns:
            x = term.compute(finding)
            both = np.isfinite(x)
            if both.sum() < MIN_ROWS // 2 or np.ptp(x[both]) == 0:
                continue
            off = x[both] - x[both].mean()
            slope = float(off @ y[finding][both] / max(float(off @ off), 1e-300))
            line = y[finding][both].mean() + slope * (term.compute(known) - x[both].mean())
            line = np.where(np.isfinite(line), line, median)
            best = min(best, line, key=lambda p: float(np.median(np.abs(y[known] - p))))
    return best


def bits_of(values: Floats, tolerance: Floats) -> float:
    """Return the bits that describe all values up to the typical tolerance (empirical entropy)."""
    width = 2 * float(np.median(tolerance))
    counts = np.unique(np.floor(values / width), return_counts=True)[1]
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum() * len(values))
