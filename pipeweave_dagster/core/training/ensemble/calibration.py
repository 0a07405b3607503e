"""Calibration of probabilities by one temperature (Guo et al. 2017), where it helps."""

import math

import numpy as np
from scipy.optimize import minimize_scalar

from pipeweave_dagster.core.metrics.all_metrics import calibration_error, event_scores
from pipeweave_dagster.core.metrics.metrics import Array, Codes, row_log_loss
from pipeweave_dagster.core.model.bundle_scores import tempered
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.search.ensemble_policy import (
    DEFAULT_ENSEMBLE_POLICY,
    EnsemblePolicy,
)

_HALVES = 2


def fit_temperature(
    y: Array,
    proba: Array,
    weight: Array | None = None,
    seed: int = 0,
    groups: Index | None = None,
    policy: EnsemblePolicy = DEFAULT_ENSEMBLE_POLICY,
) -> float | None:
    """Return the temperature that lowers the log loss on rows not used to fit it, or None.

    It must lower their calibration error too: a few rows that were called impossible weigh so much
    in the log loss that all others would become far less confident than they should be.

    Args:
        y: Class codes.
        proba: Probabilities of shape (rows, classes) by models that did not see the rows; rows
            with NaN are left out.
        weight: Weight of each row in the log loss, or None.
        seed: Of the division into two halves, on each of which the other's temperature is tried.
        groups: The number of each row's group, if groups are kept whole.
        policy: Thresholds.
    """
    known = ~np.isnan(proba).any(axis=1)
    codes, proba = y[known].astype(np.intp), proba[known]
    weight = np.ones(len(codes)) if weight is None else weight[known] / weight[known].mean()
    if len(codes) < policy.min_calibration_rows:
        return None
    own = np.arange(len(codes)) if groups is None else groups[known]
    half = (np.random.default_rng(seed).permutation(own.max() + 1) % _HALVES)[own]
    if np.ptp(half) == 0:
        return None
    gain, changed = np.zeros(len(codes)), proba.copy()
    for k in range(_HALVES):
        other, here = half != k, half == k
        temperature = _best(codes[other], proba[other], weight[other], policy)
        before = row_log_loss(codes[here], proba[here])
        changed[here] = tempered(proba[here], temperature)
        gain[here] = weight[here] * (before - row_log_loss(codes[here], changed[here]))
    error = float(np.std(gain, ddof=1)) / math.sqrt(len(gain))
    if error == 0 or float(np.mean(gain)) < policy.calibration_z * error:
        return None
    if _error(codes, changed) >= _error(codes, proba):
        return None
    return round(_best(codes, proba, weight, policy), 4)


def _error(codes: Codes, proba: Array) -> float:
    """Return the calibration error of the positive class, or of the most probable of several."""
    return calibration_error(*event_scores(codes, proba))


def _best(codes: Codes, proba: Array, weight: Array, policy: EnsemblePolicy) -> float:
    """Return the temperature with the smallest log loss."""

    def loss(log_t: float) -> float:
        losses = row_log_loss(codes, tempered(proba, math.exp(log_t)))
        return float(np.mean(weight * losses))

    bounds = policy.log_temperature
    return math.exp(float(minimize_scalar(loss, bounds=bounds, method="bounded").x))
