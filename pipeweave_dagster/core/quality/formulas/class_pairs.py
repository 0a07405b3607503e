"""Pairs of terms whose difference, sum, product or ratio divides the classes by thresholds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.score import Compute, Score, balanced, divides
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix
from pipeweave_dagster.core.quality.formulas.thresholds import Codes
from pipeweave_dagster.core.quality.formulas.time_terms import elapsed, wrapped

SCREEN_ROWS = 64
SCREEN_WRONG = 6
TEST_ROWS = 500
MAX_CLASSES = 8
MAX_CANDIDATES = 60


@dataclass(frozen=True)
class Operation:
    """An operation on two numbers.

    Attributes:
        text: With the places `{a}` and `{b}`.
        compute: Returns its results.
        units: Whether it needs two terms of one unit (`alike`), clock times, or plain numbers.
        compares: Whether a result of 0 means that both are equal.
        multiplies: Whether it multiplies or divides.
    """

    text: str
    compute: Callable[[Floats, Floats], Floats]
    units: str
    compares: bool = False
    multiplies: bool = False


def _divided(a: Floats, b: Floats) -> Floats:
    result: Floats = a / np.where(b == 0, np.nan, b)
    return result


OPERATIONS = (
    Operation("{a} - {b}", lambda a, b: a - b, "alike", compares=True),
    Operation("|{a} - {b}|", lambda a, b: np.abs(a - b), "alike"),
    Operation("elapsed", lambda a, b: wrapped(a - b), "clock"),
    Operation("elapsed reversed", lambda a, b: wrapped(b - a), "clock"),
    Operation("{a} + {b}", lambda a, b: a + b, "number"),
    Operation("{a} / {b}", _divided, "number", multiplies=True),
    Operation("{a} * {b}", lambda a, b: a * b, "number", multiplies=True),
    Operation("{a} / {b}^2", lambda a, b: _divided(a, b * b), "number", multiplies=True),
    Operation("{b} / {a}^2", lambda a, b: _divided(b, a * a), "number", multiplies=True),
)


def pair_scores(
    terms: Sequence[Term], codes: Codes, finding: Rows, classes: int
) -> Iterator[Score]:
    """Yield pairs whose result divides the classes on a sample with few exceptions.

    All pairs are screened on 64 rows, of all classes alike, by how often the class changes when the
    rows are sorted by the result: O(terms^2 * operations). The rest is tested on 500 rows.

    Args:
        terms: The terms.
        codes: Shape (n,): classes, -1 if missing.
        finding: Rows in random order that the search may use.
        classes: Number of classes.
    """
    if not 2 <= classes <= MAX_CLASSES or len(terms) < 2:
        return
    screen = balanced(finding, codes, SCREEN_ROWS, classes)
    test = balanced(finding, codes, TEST_ROWS, classes)
    values, labels = matrix(terms, screen), codes[screen]
    allowed = classes - 1 + 2 * SCREEN_WRONG
    bits = 2 * np.log2(max(2, len(terms))) + np.log2(len(OPERATIONS))
    found = 0
    for i in range(len(terms) - 1):
        for operation in OPERATIONS:
            others = _partners(terms, i, operation)
            if not len(others):
                continue
            with np.errstate(over="ignore", invalid="ignore"):
                results = operation.compute(values[:, [i]], values[:, others])
            for j in others[_changes(results, labels) <= allowed]:
                score = _score(operation, (terms[i], terms[int(j)]), screen, float(bits))
                if divides(score, codes, test, classes):
                    found += 1
                    yield score
        if found > MAX_CANDIDATES:
            return


def _partners(terms: Sequence[Term], at: int, operation: Operation) -> NDArray[np.int64]:
    """Return the later terms with which an operation makes sense."""
    one = terms[at]
    if operation.units not in {"alike", one.unit}:
        return np.empty(0, np.int64)
    if operation.units == "alike" and one.unit == "clock":
        return np.empty(0, np.int64)
    return np.array(
        [
            j
            for j in range(at + 1, len(terms))
            if terms[j].unit == one.unit and terms[j].columns != one.columns
        ],
        np.int64,
    )


def _changes(results: Floats, labels: Codes) -> NDArray[np.int64]:
    """Return how often the class changes along each column of sorted results; many if missing."""
    order = np.argsort(results, axis=0, kind="stable")
    missing = ~np.isfinite(results)
    sorted_labels = np.where(np.take_along_axis(missing, order, 0), -1, labels[order])
    later, earlier = sorted_labels[1:], sorted_labels[:-1]
    changes = ((later != earlier) & (later >= 0) & (earlier >= 0)).sum(0)
    return np.where(missing.mean(0) > 0.5, len(labels), changes)


def _score(operation: Operation, pair: tuple[Term, Term], rows: Rows, bits: float) -> Score:
    """Return the score of an operation; differences are written so that their mean is positive."""
    a, b = pair
    columns = tuple(dict.fromkeys(a.columns + b.columns))

    def compute(at: Rows) -> Floats:
        return operation.compute(a.compute(at), b.compute(at))

    varied = tuple(_varied(operation, a, b, factor) for factor in (0.0, 2.0))
    backwards = bool(np.nanmean(np.append(compute(rows), 0.0)) < 0)
    if operation.units == "clock":
        later, earlier = (b, a) if operation.text == "elapsed reversed" else (a, b)
        term = elapsed(later, earlier)
        names = (later.text, earlier.text)
        return Score(columns, term.text, term.compute, bits + backwards, varied, names)
    if operation.compares and backwards:
        a, b = b, a
    if operation.compares and a.unit == "days":
        term = elapsed(a, b)
        return Score(columns, term.text, term.compute, bits, varied, (a.text, b.text))
    text = operation.text.format(a=a.text, b=b.text)
    names = (a.text, b.text)
    return Score(columns, text, compute, bits, varied, names if operation.compares else None)


def _varied(operation: Operation, a: Term, b: Term, factor: float) -> Compute:
    """Return the operation with the second term times a factor, or to that power in a product."""

    def compute(rows: Rows) -> Floats:
        second = b.compute(rows)
        if operation.multiplies:
            second = np.sign(second) * np.abs(second) ** factor
        else:
            second = second * factor
        return operation.compute(a.compute(rows), second)

    return compute
