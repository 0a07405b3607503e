"""Support vector machines with a radial kernel, for small tables (Cortes and Vapnik 1995)."""

import warnings
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC, SVR

from pipeweave_dagster.core.training.families.base import Fit, Rows, View, threads_limited

_MOST_STEPS = 40_000
_MOST_ROWS = 3_000
_FEWEST_OF_CLASS = 3


class Svm:
    """It cannot be interrupted, so its steps are bounded; probabilities by Platt's method."""

    view: View = "linear"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Only small tables of few classes: time grows with the square of the rows."""
        return rows <= _MOST_ROWS and columns <= 200 and classes <= 10

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit within a bounded number of steps."""
        del deadline
        x = rows.x
        gamma = float(params.get("gamma", 1.0)) / max(x.shape[1] * _variance(x), 1e-9)
        kernel = {"gamma": gamma, "max_iter": _MOST_STEPS, "cache_size": 100}
        with warnings.catch_warnings(), threads_limited(1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            if rows.classes:
                return Fit(_classifier(rows, params, kernel).fit(x, rows.y, rows.weight))
            return Fit(_regressor(rows, params, kernel).fit(x, rows.y, rows.weight))


def _variance(x: Any) -> float:
    """Of all cells, sparse or not."""
    squares = x.multiply(x) if sparse.issparse(x) else np.square(x)
    return float(squares.mean()) - float(x.mean()) ** 2


def _classifier(rows: Rows, params: dict[str, Any], kernel: dict[str, Any]) -> Any:
    if np.bincount(rows.y.astype(int)).min() < _FEWEST_OF_CLASS:
        raise ValueError("too few rows of a class to make its scores probabilities")
    machine = SVC(C=params.get("C", 2.0), **kernel)
    return CalibratedClassifierCV(machine, method="sigmoid", cv=_FEWEST_OF_CLASS, ensemble=False)


def _regressor(rows: Rows, params: dict[str, Any], kernel: dict[str, Any]) -> Any:
    """Cost and tolerance in the unit of the target, so no scaling of it is needed."""
    spread = float(np.std(rows.y)) or 1.0
    return SVR(C=params.get("C", 5.0) * spread, epsilon=0.05 * spread, **kernel)
