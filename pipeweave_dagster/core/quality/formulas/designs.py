"""Derived terms: logarithms, ratios, products, complements; and targets transformed alike."""

from collections.abc import Callable, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.quality.formulas.terms import Rows, Term, matrix

MIN_NONZERO = 0.9
PERCENT = 100.0
MAX_ALONE = 25


def logarithm(values: Floats) -> Floats:
    """Return the logarithms of the sizes of numbers; NaN for 0."""
    size = np.abs(values)
    result: Floats = np.log(np.where(size > 0, size, np.nan))
    return result


def factors(terms: Sequence[Term], rows: Rows) -> list[Term]:
    """Return the terms that may be factors: few zeros; and what shares leave of the whole or add.

    For a column of shares x also 1 - x and 1 + x, for percentages 1 - x / 100 and 1 + x / 100: a
    discount, a tax.
    """
    found = []
    for term in terms:
        values = term.compute(rows)
        finite = values[np.isfinite(values)]
        if not len(finite) or term.unit not in {"number", "derived"}:
            continue
        if (finite != 0).mean() >= MIN_NONZERO:
            found.append(term)
        found += _complements(term, finite)
    return found


def nonzero(terms: Sequence[Term], rows: Rows) -> list[Term]:
    """Return the terms that are rarely 0 in the given rows."""
    values = matrix(terms, rows)
    zeros = (values == 0).sum(0) / np.maximum(1, np.isfinite(values).sum(0))
    return [t for t, share in zip(terms, zeros, strict=True) if share <= 1 - MIN_NONZERO]


def _complements(term: Term, values: Floats) -> list[Term]:
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > PERCENT or low == high:
        return []
    whole = 1.0 if high <= 1 else PERCENT
    share = term.text if whole == 1 else f"{term.text} / 100"
    left, added = f"(1 - {share})", f"(1 + {share})"
    return [
        Term(term.columns, left, "derived", lambda rows: 1 - term.compute(rows) / whole),
        Term(term.columns, added, "derived", lambda rows: 1 + term.compute(rows) / whole),
    ]


def logarithms(terms: Sequence[Term]) -> list[Term]:
    """Return the logarithm of each term."""
    return [Term(t.columns, f"log {t.text}", "derived", _then(t.compute, logarithm)) for t in terms]


def ratios(terms: Sequence[Term], divisor: Term) -> list[Term]:
    """Return 1 and every other term divided by one of them."""
    one = Term(divisor.columns, f"1 / {divisor.text}", "derived", _then(divisor.compute, _inverse))
    return [one, *(_ratio(t, divisor) for t in terms if t.columns != divisor.columns)]


def products(terms: Sequence[Term], factor: Term) -> list[Term]:
    """Return one term, its products with every other one, and the others themselves."""
    others = [t for t in terms if t.columns != factor.columns]
    alone = others if len(others) <= MAX_ALONE else []
    return [factor, *(_product(t, factor) for t in others), *alone]


def _ratio(term: Term, divisor: Term) -> Term:
    return Term(
        tuple(dict.fromkeys(term.columns + divisor.columns)),
        f"{term.text} / {divisor.text}",
        "derived",
        lambda rows: term.compute(rows) * _inverse(divisor.compute(rows)),
    )


def _product(term: Term, factor: Term) -> Term:
    return Term(
        tuple(dict.fromkeys(factor.columns + term.columns)),
        f"{factor.text} * {term.text}",
        "derived",
        lambda rows: term.compute(rows) * factor.compute(rows),
    )


def _inverse(values: Floats) -> Floats:
    result: Floats = 1 / np.where(values == 0, np.nan, values)
    return result


def _then(
    compute: Callable[[Rows], Floats], transform: Callable[[Floats], Floats]
) -> Callable[[Rows], Floats]:
    return lambda rows: transform(compute(rows))
