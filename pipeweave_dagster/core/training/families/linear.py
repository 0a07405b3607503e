"""Linear models: logistic regression (L-BFGS) and ridge regression."""

import time
import warnings
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from pipeweave_dagster.core.training.families.base import Fit, Rows, View, threads_limited

_CHUNK = 40
_MOST_STEPS = 300
_FIRST = 3


class Linear:
    """A baseline that often wins on small data and text."""

    view: View = "linear"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Always: it is the second baseline."""
        del rows, columns, classes
        return True

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Fit; the logistic one in short stretches, each going on from the one before."""
        with threads_limited(1):
            return self._fit(rows, params, deadline)

    def _fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        if rows.task == "regression":
            model = Ridge(alpha=params.get("alpha", 1.0), solver="auto", random_state=rows.seed)
            return Fit(model.fit(rows.x, rows.y, sample_weight=rows.weight))
        model = LogisticRegression(C=params.get("C", 1.0), tol=1e-4, warm_start=True)
        started, done, stretch = time.time(), 0, _FIRST
        while done < (rows.rounds or _MOST_STEPS):
            model.set_params(max_iter=stretch)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(rows.x, rows.y, sample_weight=rows.weight)
            done += stretch
            if max(model.n_iter_) < stretch:
                return Fit(model)
            # Stretches are of fixed length, so that the same number of steps gives the same model.
            stretch = _CHUNK
            if time.time() + (time.time() - started) / done * stretch > deadline:
                return Fit(model, done, cut=True)
        return Fit(model)
