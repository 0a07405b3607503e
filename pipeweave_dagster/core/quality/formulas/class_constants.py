"""Pairs of columns whose sum, difference, product or ratio has one value in each class."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.formulas.formula import Formula
from pipeweave_dagster.core.quality.formulas.rows import MIN_ROWS, SplitRows
from pipeweave_dagster.core.quality.formulas.terms import Term, matrix, quoted
from pipeweave_dagster.core.quality.formulas.thresholds import Codes
from pipeweave_dagster.core.quality.robust_statistics import median_deviations, row_medians, spread

MIN_CLASS_SAMPLE = 5
SAMPLE_ROWS = 256
CONSTANT = 1e-6
"""How far values of one class may differ, relative to the smaller spread of the two columns."""
OPERATIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / np.where(b == 0, np.nan, b),
}
MIN_VALUES = 5


def constants_by_class(terms: Sequence[Term], target: Target, rows: SplitRows) -> Iterator[Formula]:
    """Yield the pairs whose result is another constant in each class.

    Candidates are found on a sample of the two largest classes; O(terms^2 * rows of the sample).
    """
    sample = rows.finding[:SAMPLE_ROWS]
    terms = [t for t in terms if len(np.unique(t.compute(sample))) >= MIN_VALUES]
    largest = np.argsort(-target.counts)[:2]
    by_class = [sample[target.codes[sample] == label] for label in largest]
    if min(len(part) for part in by_class) < MIN_CLASS_SAMPLE or len(terms) < 2:
        return
    values = [matrix(terms, part).T for part in by_class]
    spreads = np.array([spread(t.compute(sample)) for t in terms])
    for i in range(len(terms) - 1):
        limit = CONSTANT * np.minimum(spreads[i], spreads[i + 1 :])
        for name, operation in OPERATIONS.items():
            results = [operation(part[i], part[i + 1 :]) for part in values]
            constant = np.all([median_deviations(r) <= limit for r in results], axis=0)
            apart = np.abs(row_medians(results[0]) - row_medians(results[1])) > 10 * limit
            for j in np.flatnonzero(constant & apart & (limit > 0)) + i + 1:
                formula = _confirmed(terms[i], terms[j], name, target, rows)
                if formula is not None:
                    yield formula


def _confirmed(a: Term, b: Term, name: str, target: Target, rows: SplitRows) -> Formula | None:
    combined = OPERATIONS[name](a.compute(rows.all), b.compute(rows.all))
    known = np.isfinite(combined)
    codes = target.codes[rows.all][known]
    exceptions = _exceptions(combined[known], codes, target.classes)
    allowed = target.exceptions_allowed * len(codes) / max(1, int(target.counts.sum()))
    if len(codes) < max(MIN_ROWS, 0.3 * len(rows.all)) or exceptions > allowed:
        return None
    text = f"{a.text} {name} {b.text}"
    return Formula(
        columns=a.columns + b.columns,
        statement=f"{quoted(target.name)} follows from {text}, which has one value per class",
        expression=text,
        exceptions=exceptions,
        rows=len(codes),
        unseen=round(len(codes) * rows.unseen / len(rows.all)),
        bits_saved=float(len(codes)),
        proof=True,
    )


def _exceptions(combined: Floats, codes: Codes, classes: int) -> int:
    """Count rows that miss the constant of their class; all rows if two constants coincide."""
    constants = np.full(classes, np.nan)
    for label in np.unique(codes):
        constants[label] = np.median(combined[codes == label])
    gaps = np.diff(np.sort(constants[np.isfinite(constants)]))
    if len(gaps) == 0 or gaps.min() <= 0:
        return len(codes)
    near = np.abs(combined - constants[codes]) <= 0.01 * gaps.min()
    return int((~near).sum())
