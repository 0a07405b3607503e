"""Histogram gradient boosting of scikit-learn, its rounds bounded by the pace of the first ones."""

import time
from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from pipeweave_dagster.core.training.families.base import (
    Fit,
    Rows,
    View,
    threads_for,
    threads_limited,
)

_TRIAL_ROUNDS = 5
_SLOWER = 1.5


class HistGradientBoosting:
    """Stops on the loss of the validation rows; it cannot be interrupted, so it is timed first."""

    view: View = "tree"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Not with very many classes: each costs a tree a round."""
        del rows, columns
        return classes <= 40

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Time a few rounds, then boost for as many as fit before the deadline."""
        wanted = rows.rounds or int(params.get("max_iter", 500))
        watched = rows.y_valid is not None and len(rows.y_valid) > 0
        with threads_limited(threads_for(rows)):
            started = time.time()
            checks = {"X_val": rows.x_valid, "y_val": rows.y_valid} if watched else {}
            # Looking at the validation rows costs time in every round, so it is timed as well.
            first = self._model(rows, params, min(_TRIAL_ROUNDS, wanted), watched=watched)
            first.fit(rows.x, rows.y, sample_weight=rows.weight, **checks)
            pace = (time.time() - started) / _TRIAL_ROUNDS * _SLOWER
            most = min(wanted, int((deadline - time.time()) / pace))
            if most <= _TRIAL_ROUNDS:
                return Fit(first, min(_TRIAL_ROUNDS, wanted), cut=wanted > _TRIAL_ROUNDS)
            model = self._model(rows, params, most, watched=watched)
            model.fit(rows.x, rows.y, sample_weight=rows.weight, **checks)
        # Without validation rows all rounds count; with them the last ones brought nothing.
        stopped = watched and model.n_iter_ < most
        rounds = max(1, model.n_iter_ - _patience(params)) if stopped else model.n_iter_
        return Fit(model, rounds, cut=most < wanted and not stopped)

    def _model(self, rows: Rows, params: dict[str, Any], rounds: int, *, watched: bool) -> Any:
        shared = {
            "max_iter": rounds,
            "learning_rate": params.get("learning_rate", 0.06),
            "max_leaf_nodes": params.get("max_leaf_nodes", 31),
            "min_samples_leaf": params.get("min_samples_leaf", 20 if len(rows.y) > 300 else 5),
            "l2_regularization": params.get("l2_regularization", 1.0),
            "categorical_features": rows.native or None,
            "monotonic_cst": rows.monotone or None,
            "early_stopping": watched,
            "n_iter_no_change": _patience(params),
            "random_state": rows.seed,
        }
        if rows.classes:
            return HistGradientBoostingClassifier(**shared)
        return HistGradientBoostingRegressor(**shared)


def _patience(params: dict[str, Any]) -> int:
    return int(params.get("n_iter_no_change", 30))
