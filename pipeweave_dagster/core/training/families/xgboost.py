"""XGBoost (Chen and Guestrin 2016) with native categories and early stopping."""

import time
from typing import Any

from xgboost import XGBClassifier, XGBRegressor
from xgboost.callback import TrainingCallback

from pipeweave_dagster.core.training.families.base import Fit, Rows, View, threads_for


class _Deadline(TrainingCallback):
    """Ends boosting at the first round after the deadline."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self.deadline = deadline
        self.cut = False

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """True stops the boosting."""
        del model, epoch, evals_log
        self.cut = time.time() > self.deadline
        return self.cut


class XGBoost:
    """Stops on the validation rows' loss, at the deadline, or after `rounds`."""

    view: View = "tree"

    def suits(self, rows: int, columns: int, classes: int) -> bool:
        """Always."""
        del rows, columns, classes
        return True

    def fit(self, rows: Rows, params: dict[str, Any], deadline: float) -> Fit:
        """Boost; without validation rows for exactly `rounds` (or 300)."""
        watched = rows.y_valid is not None and len(rows.y_valid) > 0
        guard = _Deadline(deadline)
        model = self._model(rows, params)
        model.set_params(callbacks=[guard], early_stopping_rounds=40 if watched else None)
        evals = [(rows.x_valid, rows.y_valid)] if watched else None
        model.fit(rows.x, rows.y, sample_weight=rows.weight, eval_set=evals, verbose=False)
        best = _best_rounds(model)
        model.set_params(callbacks=None, early_stopping_rounds=None, n_jobs=1)
        model.evals_result_ = {}
        return Fit(model, best, guard.cut)

    def _model(self, rows: Rows, params: dict[str, Any]) -> Any:
        kinds = ["q"] * rows.x.shape[1]
        for position in rows.native:
            kinds[position] = "c"
        shared = {
            "n_estimators": rows.rounds or (1000 if rows.x_valid is not None else 300),
            "learning_rate": 0.06,
            "max_depth": 6,
            "min_child_weight": 2,
            "subsample": 0.8,
            "colsample_bytree": 0.8,
            "reg_lambda": 1.0,
            "tree_method": "hist",
            "enable_categorical": bool(rows.native),
            "feature_types": kinds if rows.native else None,
            "n_jobs": threads_for(rows),
            "random_state": rows.seed,
            "verbosity": 0,
            **params,
        }
        if not rows.classes:
            return XGBRegressor(**shared)
        metric = "logloss" if rows.classes == 2 else "mlogloss"
        return XGBClassifier(eval_metric=metric, **shared)


def _best_rounds(model: Any) -> int:
    """Rounds up to the best one; all, where boosting ended before early stopping had a say."""
    booster = model.get_booster()
    found = booster.attr("best_iteration")
    return int(found) + 1 if found is not None else int(booster.num_boosted_rounds())
