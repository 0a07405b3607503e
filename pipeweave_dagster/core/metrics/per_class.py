"""Precision, recall and F1 of each class against all others."""

from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import ClassScores, Estimate
from pipeweave_dagster.core.metrics.metrics import Array, Codes, weights_of
from pipeweave_dagster.core.metrics.wilson import rate

_MIN_ROWS = 10


class ClassCounts(NamedTuple):
    """Per class: rows (or their weight) of the class, rows predicted as it, and the scores.

    A ratio over no rows is 0, as in scikit-learn.
    """

    true: Array
    predicted: Array
    precision: Array
    recall: Array
    f1: Array


def class_counts(
    y: Codes, predicted: Codes, classes: int, weight: Array | None = None
) -> ClassCounts:
    """Compute precision, recall and F1 of each class against all others."""
    hit = predicted == y
    true, chosen, hits = (
        np.bincount(codes, weights=weights_of(weight, rows), minlength=classes).astype(np.float64)
        for codes, rows in ((y, slice(None)), (predicted, slice(None)), (y[hit], hit))
    )
    precision, recall, f1 = (
        np.divide(above, below, out=np.zeros(classes), where=below > 0)
        for above, below in ((hits, chosen), (hits, true), (2 * hits, true + chosen))
    )
    return ClassCounts(true, chosen, precision, recall, f1)


def class_scores(
    y: Codes, predicted: Codes, classes: list[str], *, draws: int = 200
) -> list[ClassScores]:
    """Score each class: precision and recall with Wilson intervals, F1 with a bootstrap interval.

    Args:
        y: True class codes.
        predicted: Predicted class codes.
        classes: Class labels.
        draws: Number of bootstrap resamples.
    """
    f1 = class_counts(y, predicted, len(classes)).f1
    rng = np.random.default_rng(0)
    picks = (rng.integers(0, len(y), len(y)) for _ in range(draws if len(y) >= _MIN_ROWS else 0))
    drawn = [class_counts(y[rows], predicted[rows], len(classes)).f1 for rows in picks]
    spread = np.quantile(drawn, [0.025, 0.975], axis=0) if drawn else None
    return [
        ClassScores(
            label=label,
            rows=int(np.sum(y == k)),
            precision=rate(y[predicted == k] == k),
            recall=rate(predicted[y == k] == k),
            f1=Estimate(value=float(f1[k]))
            if spread is None
            else Estimate(value=float(f1[k]), low=float(spread[0, k]), high=float(spread[1, k])),
        )
        for k, label in enumerate(classes)
    ]
