"""LightGBM (Ke et al. 2017) with native categories and early stopping."""

import time
import warnings
from typing import Any

from lightgbm import LGBMClassifier, LGBMRegressor, early_stopping
from lightgbm.callback import EarlyStopException

from pipeweave_dagster.core.training.families.base import Fit, Rows, View, threads_for


class _Deadline:
    """Ends boosting at the first round after the deadline."""

    order = 40  # after LightGBM's own early stopping (30)

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.cut = False
        self.before_iteration = False

    def __call__(self, env: Any) -> None:
        if time.time() > self.deadline and env.iteration + 1 < env.end_iteration:
            self.cut = True
            raise EarlyStopException(env.iteration, env.evaluation_result_list or [])


class LightGBM:
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
        callbacks: list[Any] = [guard]
        if watched:
            callbacks.append(early_stopping(40, first_metric_only=True, verbose=False))
        model = self._model(rows, params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # tells of its own defaults
            model.fit(
                rows.x,
                rows.y,
                sample_weight=rows.weight,
                eval_X=rows.x_valid if watched else None,
                eval_y=rows.y_valid if watched else None,
                callbacks=callbacks,
                categorical_feature=rows.native or "auto",
            )
        best = model.best_iteration_ or model.n_estimators
        model.set_params(n_jobs=1)
        return Fit(model, int(best), guard.cut)

    def _model(self, rows: Rows, params: dict[str, Any]) -> Any:
        shared = {
            "n_estimators": rows.rounds or (1000 if rows.x_valid is not None else 300),
            "learning_rate": 0.05,
            "num_leaves": 31,
            "min_child_samples": 20 if len(rows.y) > 300 else 5,
            "subsample": 0.9,
            "subsample_freq": 1,
            "colsample_bytree": 0.8,
            "n_jobs": threads_for(rows),
            "random_state": rows.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
            **params,
        }
        return LGBMClassifier(**shared) if rows.classes else LGBMRegressor(**shared)
