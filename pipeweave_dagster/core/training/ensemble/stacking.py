"""A second opinion beside the weighted mean: stacked generalisation (Wolpert 1992).

A weighted mean of probabilities can neither sharpen them nor weigh a member by class. A logistic
regression of the members' log-odds (a line with weights that are not negative, for values) can;
with few rows it fits itself to chance, so it is held back strongly, and is half of the answer.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import stack_inputs, stacked
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.families.base import threads_limited
from pipeweave_dagster.core.training.search.greedy_selection import Weighted, weighted_output

_SHARE = 0.5
_LEAST_ROWS = 300
_ROWS = 10_000
_MOST_CELLS = 8_000_000
"""Inputs times outputs times rows: what is beyond is sampled, so that it takes a second or two."""
_ROWS_AN_INPUT = 10
_PARTS = 3
_STRENGTH, _RIDGE = 0.02, 5e-3
_STEPS = 100


def fit_stack(
    weighted: Weighted,
    y: Array,
    classes: int,
    weight: Array | None = None,
    seed: int = 0,
    groups: Index | None = None,
) -> tuple[Stack | None, Array]:
    """A stack over the members of a ensemble, and what both say of rows that were held out.

    Cost: linear in rows (10,000 at most), in members, and in the square of the classes.

    Args:
        weighted: The mixture; its members' outputs for rows that no fold's model has seen.
        y: Class codes or values of all rows that the folds divide.
        classes: How many classes; 0 for values.
        weight: Weight of each row, or None.
        seed: Of the sample, and of the parts by which the stack's own answers are cross-fitted.
        groups: The number of each row's group, if the parts are to keep groups whole.

    Returns:
        The stack, None where there are fewer than 300 rows or only one member; and the output of
        the mixture with it, NaN for rows that no fold held out.
    """
    mean = weighted_output(weighted)
    seen = np.flatnonzero(~np.isnan(mean.reshape(len(y), -1)).any(axis=1))
    if len(weighted) < 2 or len(seen) < _LEAST_ROWS:
        return None, mean
    answers = [result.oof[seen] for result, _ in weighted]
    rows = _Rows(stack_inputs(answers, classes), y[seen], classes, _of(weight, seen))
    # Sorted by target, equal ones in any order: each part and each sample has all of them.
    order = np.random.default_rng(seed).permutation(len(seen))
    order = order[np.argsort(rows.y[order], kind="stable")]
    if not rows.has_enough():
        return None, mean
    said = np.empty_like(mean[seen])
    part = _parts(order, seed, None if groups is None else groups[seen])
    if not all(rows.can_tell(order[part != number]) for number in range(_PARTS)):
        return None, mean
    with threads_limited(1):
        for number in range(_PARTS):
            here = order[part == number]
            coef, intercept = rows.fit(order[part != number])
            own = [answer[here] for answer in answers]
            said[here] = stacked(own, {"coef": coef, "intercept": intercept}, classes)
        coef, intercept = rows.fit(order)
    both = mean.copy()
    both[seen] = (1 - _SHARE) * mean[seen] + _SHARE * said
    names = [result.candidate.name for result, _ in weighted]
    found = Stack(candidates=names, coef=coef.tolist(), intercept=intercept.tolist(), share=_SHARE)
    return found, both


def _parts(order: Index, seed: int, groups: Index | None) -> Index:
    """The part of each row of the order: in turn, or that of its group."""
    if groups is None:
        return np.arange(len(order)) % _PARTS
    groups = np.random.default_rng(seed).permutation(groups.max() + 1) % _PARTS
    return np.asarray(groups[groups[order]], dtype=np.intp)


@dataclass(frozen=True)
class _Rows:
    """What a stack learns from: inputs of shape (rows, inputs), targets and weights."""

    inputs: Array
    y: Array
    classes: int
    weight: Array | None

    @property
    def most(self) -> int:
        """How many rows one fit may take."""
        outputs = self.classes if self.classes > 2 else 1
        within = _MOST_CELLS // int(self.inputs.shape[1] * outputs)
        return min(_ROWS, max(_LEAST_ROWS, within))

    def has_enough(self) -> bool:
        """Ten rows for each input, and two classes (or three of more) in every sample."""
        if min(len(self.y), self.most) < _ROWS_AN_INPUT * self.inputs.shape[1]:
            return False
        if not self.classes:
            return True
        least = 2 * _PARTS * max(1.0, len(self.y) / self.most)
        counts = np.bincount(self.y.astype(np.intp))
        return bool(np.sum(counts >= least) >= min(self.classes, 3))

    def can_tell(self, rows: Index) -> bool:
        """Whether there are two classes (or values) among some rows."""
        return bool(len(rows) and np.ptp(self.y[rows]) > 0)

    def fit(self, rows: Index) -> tuple[Array, Array]:
        """Coefficients of shape (outputs, inputs), and intercepts; one output for two classes."""
        if len(rows) > self.most:
            rows = rows[np.linspace(0, len(rows) - 1, self.most).astype(np.intp)]
        return _fit(self.inputs[rows], self.y[rows], self.classes, _of(self.weight, rows))


def _of(weight: Array | None, rows: Index) -> Array | None:
    return None if weight is None else weight[rows]


def _fit(x: Array, truth: Array, classes: int, weight: Array | None) -> tuple[Array, Array]:
    if not classes:
        centre, spread = float(truth.mean()), float(truth.std()) or 1.0
        line = Ridge(alpha=_RIDGE * len(truth), positive=True)
        line.fit((x - centre) / spread, (truth - centre) / spread, sample_weight=weight)
        coef = line.coef_[None, :]
        return coef, centre * (1 - coef.sum(axis=1)) + spread * line.intercept_
    model = LogisticRegression(C=_STRENGTH, max_iter=_STEPS, tol=1e-3)
    model.fit(x, truth.astype(np.intp), sample_weight=weight)
    if len(model.classes_) == classes:
        return model.coef_, model.intercept_
    # A class that is not among these rows gets no more than a trace.
    coef, intercept = np.zeros((classes, x.shape[1])), np.full(classes, -20.0)
    coef[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
    return coef, intercept
