"""CatBoost (Prokhorenkova et al. 2018): ordered target statistics of categories, symmetric trees.

An extra of the package: its family is there only where the library is installed.
"""

from typing import Any, ClassVar

from pipeweave_dagster.core.model.serving import CatBoosted
from pipeweave_dagster.core.training.families.base import Rows, threads_for
from pipeweave_dagster.core.training.families.early_stopping import Guard


class _Deadline:
    """Ends boosting at the first round after the deadline."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def after_iteration(self, info: Any) -> bool:
        """False stops the boosting."""
        del info
        return not self.guard.over()


class CatBoost:
    """The library as `Boosted` uses it."""

    # Twice the rate of the others: a tree takes ten times as long as one of theirs. Left alone, the
    # library combines categories (up to four) for many rounds only, so a refit with the rounds that
    # the folds had found was another model than theirs.
    defaults: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.1,
        "depth": 6,
        "l2_leaf_reg": 3.0,
        "max_ctr_complexity": 4,
    }

    def model(self, rows: Rows, params: dict[str, Any]) -> CatBoosted:
        """A classifier or regressor whose fit is repeatable and writes no files."""
        from catboost import CatBoostClassifier, CatBoostRegressor

        shared = {
            **params,
            "thread_count": threads_for(rows),
            "random_seed": rows.seed,
            "allow_writing_files": False,
            "verbose": False,
            **({"monotone_constraints": rows.monotone} if rows.monotone else {}),
        }
        if not rows.classes:
            return CatBoosted(CatBoostRegressor(**shared), rows.native)
        loss = "Logloss" if rows.classes == 2 else "MultiClass"
        return CatBoosted(CatBoostClassifier(loss_function=loss, **shared), rows.native)

    def boost(self, model: CatBoosted, rows: Rows, guard: Guard, patience: int | None) -> int:
        """Fit, and keep the rounds up to the best one (all, if early stopping had no say)."""
        watch: dict[str, Any] = {"callbacks": [_Deadline(guard)]}
        if patience is not None:
            watch |= {
                "eval_set": model.pool(rows.x_valid, rows.y_valid),
                "early_stopping_rounds": patience,
                "use_best_model": True,
            }
        model.fit(rows.x, rows.y, rows.weight, **watch)
        return int(model.booster.tree_count_)
