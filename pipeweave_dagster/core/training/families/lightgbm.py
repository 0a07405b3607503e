"""LightGBM (Ke et al. 2017) with native categories and early stopping."""

from typing import Any, ClassVar

from lightgbm import LGBMClassifier, LGBMRegressor, early_stopping
from lightgbm.callback import EarlyStopException

from pipeweave_dagster.core.training.families.base import Rows, threads_for
from pipeweave_dagster.core.training.families.early_stopping import Guard


class _Deadline:
    """Ends boosting at the first round after the deadline."""

    order = 40  # after LightGBM's own early stopping (30)
    before_iteration = False

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def __call__(self, env: Any) -> None:
        if env.iteration + 1 < env.end_iteration and self.guard.over():
            raise EarlyStopException(env.iteration, env.evaluation_result_list or [])


class LightGBM:
    """The library as `Boosted` uses it."""

    defaults: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.05,
        "num_leaves": 31,
        "subsample": 0.9,
        "subsample_freq": 1,
        "colsample_bytree": 0.8,
    }

    def model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """A classifier or regressor whose fit is repeatable."""
        shared = {
            "min_child_samples": 20 if len(rows.y) > 300 else 5,
            "n_jobs": threads_for(rows),
            "random_state": rows.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
            **({"monotone_constraints": rows.monotone} if rows.monotone else {}),
            # Without it a few sure leaves make the scores of many classes run away.
            **({"reg_lambda": 1.0} if rows.classes > 2 else {}),
            **params,
        }
        return LGBMClassifier(**shared) if rows.classes else LGBMRegressor(**shared)

    def boost(self, model: Any, rows: Rows, guard: Guard, patience: int | None) -> int:
        """Fit, and count the rounds up to the best one."""
        callbacks: list[Any] = [_Deadline(guard)]
        if patience is not None:
            callbacks.append(early_stopping(patience, first_metric_only=True, verbose=False))
        model.fit(
            rows.x,
            rows.y,
            sample_weight=rows.weight,
            eval_X=rows.x_valid if patience is not None else None,
            eval_y=rows.y_valid if patience is not None else None,
            callbacks=callbacks,
            categorical_feature=rows.native or "auto",
        )
        model.set_params(n_jobs=1)
        return int(model.best_iteration_ or model.n_estimators)
