"""A step that clips numbers to quantiles of the training rows.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from pipeweave_dagster.core.model.trusted_types import HOME


class Clipped(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Clip numbers to quantiles of the training rows; missing ones stay missing.

    (scikit-learn has no such step: its `MinMaxScaler(clip=True)` clips to the extremes.)

    Args:
        lower: Quantile of the lower bound.
        upper: Quantile of the upper bound.
    """

    __module__ = HOME

    def __init__(self, lower: float = 0.01, upper: float = 0.99) -> None:
        self.lower, self.upper = lower, upper

    def fit(self, x: Any, y: Any = None) -> "Clipped":
        """Learn the bounds of each column, shape (rows, columns); an empty column has none."""
        del y
        numbers = np.asarray(x, dtype=np.float64)
        self.low_, self.high_ = np.full((2, numbers.shape[1]), [[-np.inf], [np.inf]])
        for place, column in enumerate(numbers.T):
            known = column[~np.isnan(column)]
            if len(known):
                bounds = np.quantile(known, [self.lower, self.upper])
                self.low_[place], self.high_[place] = bounds
        return self

    def transform(self, x: Any) -> np.ndarray:
        """Clip the columns to their bounds."""
        return np.clip(np.asarray(x, dtype=np.float64), self.low_, self.high_)
