"""Calibration of probabilities by one temperature (Guo et al. 2017), where it helps."""

import math

import numpy as np
from scipy.optimize import minimize_scalar

from pipeweave_dagster.core.metrics.all_metrics import calibration_error
from pipeweave_dagster.core.metrics.metrics import Array, Codes, row_log_loss
from pipeweave_dagster.core.model.serving import tempered
from pipeweave_dagster.core.training.data.split import Index

_LEAST_ROWS = 200
_HALVES = 2
_CLEARLY = 2.0
_RANGE = (-1.2, 1.2)


def fit_temperature(
    y: Array,
    proba: Array,
    weight: Array | None = None,
    seed: int = 0,
    groups: Index | None = None,
) -> float | None:
    """The temperature that lowers the log loss of rows that were not used to find it, or None.

    It must lower their calibration error too: a few rows that were called impossible weigh so much
    in the log loss that all others would be made far less sure than they should be.

    Args:
        y: Class codes.
        proba: Probabilities of shape (rows, classes) by models that did not see the rows; rows
            with NaN are left out.
        weight: Weight of each row in the log loss, or None.
        seed: Of the division into two halves, on each of which the other's temperature is tried.
        groups: The number of each row's group, if groups are kept whole.
    """
    seen = ~np.isnan(proba).any(axis=1)
    codes, proba = y[seen].astype(np.intp), proba[seen]
    weight = np.ones(len(codes)) if weight is None else weight[seen] / weight[seen].mean()
    if len(codes) < _LEAST_ROWS:
        return None
    own = np.arange(len(codes)) if groups is None else groups[seen]
    half = (np.random.default_rng(seed).permutation(own.max() + 1) % _HALVES)[own]
    if np.ptp(half) == 0:
        return None
    gain, changed = np.zeros(len(codes)), proba.copy()
    for k in range(_HALVES):
        found = _best(codes[half != k], proba[half != k], weight[half != k])
        here = half == k
        before = row_log_loss(codes[here], proba[here])
        changed[here] = tempered(proba[here], found)
        after = row_log_loss(codes[here], changed[here])
        gain[here] = weight[here] * (before - after)
    error = float(np.std(gain, ddof=1)) / math.sqrt(len(gain))
    if error == 0 or float(np.mean(gain)) < _CLEARLY * error:
        return None
    if _error(codes, changed) >= _error(codes, proba):
        return None
    return round(_best(codes, proba, weight), 4)


def _error(codes: Codes, proba: Array) -> float:
    """Calibration error of the positive of two classes, or of the most probable of several."""
    if proba.shape[1] == 2:
        return calibration_error(codes == 1, proba[:, 1])
    return calibration_error(proba.argmax(axis=1) == codes, proba.max(axis=1))


def _best(codes: Codes, proba: Array, weight: Array) -> float:
    def loss(log_t: float) -> float:
        losses = row_log_loss(codes, tempered(proba, math.exp(log_t)))
        return float(np.mean(weight * losses))

    return math.exp(float(minimize_scalar(loss, bounds=_RANGE, method="bounded").x))
