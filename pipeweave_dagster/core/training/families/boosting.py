"""Histogram gradient boosting of scikit-learn, grown in stretches."""

import time
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from pipeweave_dagster.core.training.families.base import Fit, Rows, View
from pipeweave_dagster.core.training.metrics import row_log_loss

_STRETCH = 25


class HistGradientBoosting:
    """Stops on the loss of the validation rows, looked at after every stretch of rounds."""

    view: View = "tree"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Not with very many classes: each costs a tree a round."""
        del rows, columns
        return classes <= 40

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Boost until the loss stops falling, `rounds` are reached or time is over."""
        most = rows.rounds or int(params.get("max_iter", 500))
        model = self._model(rows, params)
        best, best_rounds, done = float("inf"), 0, 0
        started = time.time()
        while done < most:
            done = min(most, done + _STRETCH) if done else min(most, 10)
            model.set_params(max_iter=done)
            model.fit(rows.x, rows.y, sample_weight=rows.weight)
            loss = _loss(model, rows)
            if loss is not None and loss < best * (1 - 1e-4):
                best, best_rounds = loss, done
            elif loss is not None and done - best_rounds >= 2 * _STRETCH:
                break
            if time.time() + (time.time() - started) / done * _STRETCH > deadline:
                return Fit(model, best_rounds or done, cut=done < most)
        return Fit(model, best_rounds or done)

    def _model(self, rows: Rows, params: dict[str, Any]) -> Any:
        shared = {
            "learning_rate": params.get("learning_rate", 0.06),
            "max_leaf_nodes": params.get("max_leaf_nodes", 31),
            "min_samples_leaf": params.get("min_samples_leaf", 20 if len(rows.y) > 300 else 5),
            "l2_regularization": params.get("l2_regularization", 1.0),
            "categorical_features": rows.native or None,
            "early_stopping": False,
            "warm_start": True,
            "random_state": rows.seed,
        }
        if rows.classes:
            return HistGradientBoostingClassifier(**shared)
        return HistGradientBoostingRegressor(**shared)


def _loss(model: Any, rows: Rows) -> float | None:
    if rows.y_valid is None or len(rows.y_valid) == 0:
        return None
    if rows.classes:
        codes = rows.y_valid.astype(np.intp)
        return float(row_log_loss(codes, model.predict_proba(rows.x_valid)).mean())
    return float(np.mean((rows.y_valid - model.predict(rows.x_valid)) ** 2))
