"""How well each class is told from all others."""

from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import ClassScores, Estimate
from pipeweave_dagster.core.metrics.metrics import Array, Codes, part_of
from pipeweave_dagster.core.metrics.wilson import share

_MIN_ROWS = 10


class ByClass(NamedTuple):
    """Of each class: rows (or their weight) that are of it, that are told to be, how both agree.

    As in scikit-learn, a share of no rows is 0.
    """

    true: Array
    said: Array
    precision: Array
    recall: Array
    f1: Array


def by_class(y: Codes, chosen: Codes, classes: int, weight: Array | None = None) -> ByClass:
    """Precision, recall and F1 of each class against all others."""
    true, said, hits = (
        np.bincount(codes, weights=part_of(weight, rows), minlength=classes).astype(np.float64)
        for codes, rows in (
            (y, slice(None)),
            (chosen, slice(None)),
            (y[chosen == y], chosen == y),
        )
    )
    precision, recall, f1 = (
        np.divide(above, below, out=np.zeros(classes), where=below > 0)
        for above, below in ((hits, said), (hits, true), (2 * hits, true + said))
    )
    return ByClass(true, said, precision, recall, f1)


def class_scores(
    y: Codes, chosen: Codes, classes: list[str], *, draws: int = 200
) -> list[ClassScores]:
    """Precision and recall of each class with Wilson's intervals, F1 with one by resampled rows.

    Args:
        y: Truth.
        chosen: The class that is told of each row.
        classes: Their names.
        draws: Resamples.
    """
    found = by_class(y, chosen, len(classes)).f1
    rng = np.random.default_rng(0)
    picks = (rng.integers(0, len(y), len(y)) for _ in range(draws if len(y) >= _MIN_ROWS else 0))
    drawn = [by_class(y[rows], chosen[rows], len(classes)).f1 for rows in picks]
    spread = np.quantile(drawn, [0.025, 0.975], axis=0) if drawn else None
    return [
        ClassScores(
            label=name,
            rows=int(np.sum(y == k)),
            precision=share(y[chosen == k] == k),
            recall=share(chosen[y == k] == k),
            f1=Estimate(value=float(found[k]))
            if spread is None
            else Estimate(value=float(found[k]), low=float(spread[0, k]), high=float(spread[1, k])),
        )
        for k, name in enumerate(classes)
    ]
