"""A stack beside the weighted mean: stacked generalisation (Wolpert 1992).

A weighted mean of probabilities can neither sharpen them nor weigh a member by class. A logistic
regression of the members' log-odds (for values, a linear regression with non-negative weights)
can. On few rows it overfits, so it is strongly regularised, and is only half of the prediction.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from pipeweave_dagster.core.documents import Stack
from pipeweave_dagster.core.families.fit import threads_limited
from pipeweave_dagster.core.metrics.metrics import Array, weights_of
from pipeweave_dagster.core.model.stacked_outputs import stack_inputs, stacked
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.search.ensemble_policy import (
    DEFAULT_ENSEMBLE_POLICY,
    EnsemblePolicy,
)
from pipeweave_dagster.core.training.search.greedy_selection import Weighted, weighted_output

_ABSENT_CLASS = -20.0
"""Intercept of a class without rows: its probability becomes a trace."""


def fit_stack(
    weighted: Weighted,
    y: Array,
    classes: int,
    *,
    weight: Array | None = None,
    seed: int = 0,
    groups: Index | None = None,
    policy: EnsemblePolicy = DEFAULT_ENSEMBLE_POLICY,
) -> tuple[Stack | None, Array]:
    """Fit a stack over the members of an ensemble; return it with their joint out-of-fold output.

    Cost: linear in rows (10,000 at most), in members, and in the square of the classes.

    Args:
        weighted: The members, with out-of-fold outputs.
        y: Class codes or values of all rows that the folds divide.
        classes: How many classes; 0 for values.
        weight: Weight of each row, or None.
        seed: Of the sample, and of the folds by which the stack's own output is cross-fitted.
        groups: The number of each row's group, if folds are to keep groups whole.
        policy: Thresholds.

    Returns:
        The stack, None if there are fewer than 300 rows or only one member; and the output of mean
        and stack together, NaN for rows that no fold held out.
    """
    mean = weighted_output(weighted)
    held_out = np.flatnonzero(~np.isnan(mean.reshape(len(y), -1)).any(axis=1))
    if len(weighted) < 2 or len(held_out) < policy.min_stack_rows:
        return None, mean
    outputs = [result.oof[held_out] for result, _ in weighted]
    inputs = stack_inputs(outputs, classes)
    rows = _StackRows(inputs, y[held_out], classes, weights_of(weight, held_out), policy)
    # Sorted by target, equal ones in random order: each fold and each sample has all of them.
    order = np.random.default_rng(seed).permutation(len(held_out))
    order = order[np.argsort(rows.y[order], kind="stable")]
    if not rows.enough:
        return None, mean
    fold = _folds(order, seed, None if groups is None else groups[held_out], policy.stack_folds)
    if not all(rows.distinct(order[fold != k]) for k in range(policy.stack_folds)):
        return None, mean
    with threads_limited(1):
        cross_fitted = _cross_fit(rows, outputs, order, fold)
        coef, intercept = rows.fit(order)
    share, both = policy.stack_share, mean.copy()
    both[held_out] = (1 - share) * mean[held_out] + share * cross_fitted
    names = [result.candidate.name for result, _ in weighted]
    stack = Stack(candidates=names, coef=coef.tolist(), intercept=intercept.tolist(), share=share)
    return stack, both


def _folds(order: Index, seed: int, groups: Index | None, folds: int) -> Index:
    """Return the fold of each row of the order: in turn, or that of its group."""
    if groups is None:
        return np.arange(len(order)) % folds
    of_group = np.random.default_rng(seed).permutation(groups.max() + 1) % folds
    return np.asarray(of_group[groups[order]], dtype=np.intp)


def _cross_fit(rows: "_StackRows", outputs: list[Array], order: Index, fold: Index) -> Array:
    """Return the stack's output for each row by a fit on the other folds."""
    output = np.empty_like(outputs[0])
    for k in range(rows.policy.stack_folds):
        here = order[fold == k]
        coef, intercept = rows.fit(order[fold != k])
        own = [member[here] for member in outputs]
        output[here] = stacked(own, {"coef": coef, "intercept": intercept}, rows.classes)
    return output


@dataclass(frozen=True)
class _StackRows:
    """What a stack learns from: inputs of shape (rows, inputs), targets and weights."""

    inputs: Array
    y: Array
    classes: int
    weight: Array | None
    policy: EnsemblePolicy

    @property
    def max_rows(self) -> int:
        """How many rows one fit may use."""
        outputs = self.classes if self.classes > 2 else 1
        within = self.policy.max_stack_cells // int(self.inputs.shape[1] * outputs)
        return min(self.policy.stack_rows, max(self.policy.min_stack_rows, within))

    @property
    def enough(self) -> bool:
        """Whether there are ten rows per input, and two classes (or three of more) per sample."""
        least = self.policy.stack_rows_per_input * self.inputs.shape[1]
        if min(len(self.y), self.max_rows) < least:
            return False
        if not self.classes:
            return True
        least_per_class = 2 * self.policy.stack_folds * max(1.0, len(self.y) / self.max_rows)
        counts = np.bincount(self.y.astype(np.intp))
        return bool(np.sum(counts >= least_per_class) >= min(self.classes, 3))

    def distinct(self, rows: Index) -> bool:
        """Return whether some rows hold two classes (or values)."""
        return bool(len(rows) and np.ptp(self.y[rows]) > 0)

    def fit(self, rows: Index) -> tuple[Array, Array]:
        """Return coefficients of shape (outputs, inputs), and intercepts; one output if binary."""
        if len(rows) > self.max_rows:
            rows = rows[np.linspace(0, len(rows) - 1, self.max_rows).astype(np.intp)]
        x, y, weight = self.inputs[rows], self.y[rows], weights_of(self.weight, rows)
        if self.classes:
            return _fit_classes(x, y, self.classes, weight, self.policy)
        return _fit_values(x, y, weight, self.policy)


def _fit_values(
    x: Array, y: Array, weight: Array | None, policy: EnsemblePolicy
) -> tuple[Array, Array]:
    centre, spread = float(y.mean()), float(y.std()) or 1.0
    model = Ridge(alpha=policy.stack_ridge * len(y), positive=True)
    model.fit((x - centre) / spread, (y - centre) / spread, sample_weight=weight)
    coef = model.coef_[None, :]
    return coef, centre * (1 - coef.sum(axis=1)) + spread * model.intercept_


def _fit_classes(
    x: Array, y: Array, classes: int, weight: Array | None, policy: EnsemblePolicy
) -> tuple[Array, Array]:
    model = LogisticRegression(C=policy.stack_c, max_iter=policy.stack_steps, tol=1e-3)
    model.fit(x, y.astype(np.intp), sample_weight=weight)
    if len(model.classes_) == classes:
        return model.coef_, model.intercept_
    coef, intercept = np.zeros((classes, x.shape[1])), np.full(classes, _ABSENT_CLASS)
    coef[model.classes_], intercept[model.classes_] = model.coef_, model.intercept_
    return coef, intercept
