"""XGBoost (Chen and Guestrin 2016) with native categories and early stopping."""

from typing import Any, ClassVar

from xgboost import XGBClassifier, XGBRegressor
from xgboost.callback import TrainingCallback

from pipeweave_dagster.core.training.families.base import Rows, threads_for
from pipeweave_dagster.core.training.families.early_stopping import Guard


class Deadline(TrainingCallback):
    """Ends boosting at the first round after the deadline."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self.guard = guard

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        """True stops the boosting."""
        del model, epoch, evals_log
        return self.guard.over()


class XGBoost:
    """The library as `Boosted` uses it."""

    defaults: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.06,
        "max_depth": 6,
        "min_child_weight": 2,
        "subsample": 0.8,
        "colsample_bytree": 0.8,
        "reg_lambda": 1.0,
    }

    def model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """A classifier or regressor on histograms, with the category codes marked."""
        kinds = ["q"] * rows.x.shape[1]
        for position in rows.native:
            kinds[position] = "c"
        shared = {
            "tree_method": "hist",
            "enable_categorical": bool(rows.native),
            "feature_types": kinds if rows.native else None,
            "n_jobs": threads_for(rows),
            "random_state": rows.seed,
            "verbosity": 0,
            "monotone_constraints": tuple(rows.monotone) or None,
            **params,
        }
        if not rows.classes:
            return XGBRegressor(**shared)
        metric = "logloss" if rows.classes == 2 else "mlogloss"
        return XGBClassifier(eval_metric=metric, **shared)

    def boost(self, model: Any, rows: Rows, guard: Guard, patience: int | None) -> int:
        """Fit, and count the rounds up to the best one (all, if early stopping had no say)."""
        model.set_params(callbacks=[Deadline(guard)], early_stopping_rounds=patience)
        evals = [(rows.x_valid, rows.y_valid)] if patience is not None else None
        model.fit(rows.x, rows.y, sample_weight=rows.weight, eval_set=evals, verbose=False)
        model.set_params(callbacks=None, early_stopping_rounds=None, n_jobs=1)
        model.evals_result_ = {}
        return rounds_of(model.get_booster())


def rounds_of(booster: Any) -> int:
    """The rounds up to the best one; all, if early stopping had no say."""
    found = booster.attr("best_iteration")
    return int(found) + 1 if found is not None else int(booster.num_boosted_rounds())
