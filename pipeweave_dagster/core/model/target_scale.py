"""Predictions of a regression in the unit of the target, and within its range.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

RANGE_MARGIN = 0.25
"""How far predictions may lie outside the range of the training target, as a share of it."""


def in_units(fitted: Any, y: Any, smearing: float = 1.0) -> TransformedTargetRegressor:
    """Wrap a fitted regressor of log(1 + y) so that it predicts y, as scikit-learn would.

    Args:
        fitted: The regressor.
        y: Targets in their unit, shape (rows,).
        smearing: Factor of 1 + prediction: the exponential of a mean logarithm is below the mean.
    """
    back = TransformedTargetRegressor(regressor=fitted, func=np.log1p, inverse_func=np.expm1)
    values = np.asarray(y).reshape(-1, 1)
    scale = FunctionTransformer(func=np.log1p, inverse_func=np.expm1, validate=True).fit(values)
    if smearing != 1.0:  # its inverse adds the logarithm of the factor before the exponential
        shift = StandardScaler(with_std=False).fit(np.zeros((1, 1)))
        shift.mean_ = np.array([np.log(smearing)])
        scale = Pipeline([("logarithm", scale), ("smearing", shift)])
    back.transformer_ = scale
    back.regressor_, back._training_dim = fitted, 1  # noqa: SLF001 - fitted outside, see above
    return back


def bounds(y: np.ndarray) -> tuple[float, float]:
    """Return the range that predictions are clipped to: that of the targets and a quarter more.

    A linear model extrapolates without limit, and its exponential explodes: one unusual row would
    ruin every mean.
    """
    low, high = float(np.min(y)), float(np.max(y))
    margin = RANGE_MARGIN * (high - low)
    return (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin
