"""Draw the labels that a batch may turn out to have, given the outputs of the model."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.metrics.scored_test import ScoredTest

_BINS = 10
Draw: TypeAlias = Callable[[np.random.Generator], Array | Codes]


def draws_of(output: Array, test: ScoredTest) -> Draw:
    """Return the function that draws one possible label for each row of a batch."""
    return _class_draws(output) if test.classes else _value_draws(output, test)


def _class_draws(output: Array) -> Draw:
    """Draw each class with its predicted probability."""
    total = output.sum(axis=1, keepdims=True)
    cumulative = np.cumsum(output / np.where(total > 0, total, 1.0), axis=1)[:, :-1]

    def draw(rng: np.random.Generator) -> Codes:
        chance = rng.random((len(cumulative), 1))
        return np.asarray((chance > cumulative).sum(axis=1), dtype=np.intp)

    return draw


def _value_draws(output: Array, test: ScoredTest) -> Draw:
    """Draw the error of a test row whose prediction is in the same tenth of all predictions."""
    edges = np.unique(np.quantile(test.output, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, test.output)
    errors = (test.y - test.output)[np.argsort(bins, kind="stable")]
    sizes = np.bincount(bins, minlength=len(edges) + 1)
    starts, used = np.cumsum(sizes) - sizes, np.flatnonzero(sizes)
    place = np.searchsorted(edges, output)
    nearest = used[np.abs(used[:, None] - place).argmin(axis=0)]

    def draw(rng: np.random.Generator) -> Array:
        picked = (rng.random(len(output)) * sizes[nearest]).astype(np.intp)
        return np.asarray(output + errors[starts[nearest] + picked], dtype=np.float64)

    return draw
