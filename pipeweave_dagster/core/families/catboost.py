"""CatBoost (Prokhorenkova et al. 2018): ordered target statistics, symmetric trees."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit
from pipeweave_dagster.core.families.early_stopping import BoostingFamily, Deadline
from pipeweave_dagster.core.families.fit import Rows, threads_for
from pipeweave_dagster.core.families.search_space import Range, Variant

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member
    from pipeweave_dagster.core.metrics.metrics import Array, Codes

# Microseconds of one core per tree and 1,000 rows (see `core.explain.explained_members`): to
# predict; and to credit the path of each row, with what each leaf of a symmetric tree adds to it.
_TREE, _PATHS, _LEAF = 3, 200, 1.3
_DEPTH = 6  # of the library, where none is given


def fit_catboost(model: Any, rows: Rows, patience: int, callbacks: Sequence[Any] = ()) -> Any:
    """Fit a `CatBoosted`; with validation rows until their loss has not fallen for `patience`."""
    arguments: dict[str, Any] = {"callbacks": [*callbacks]} if callbacks else {}
    if rows.x_valid is not None:
        arguments |= {
            "eval_set": model.pool(rows.x_valid, rows.y_valid),
            "early_stopping_rounds": patience,
            "use_best_model": True,
        }
    return model.fit(rows.x, rows.y, rows.weight, **arguments)


class _StopAtDeadline:
    """Ends boosting at the first round after the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline

    def after_iteration(self, info: Any) -> bool:
        """Return False to end the boosting."""
        del info
        return not self.deadline.passed()


class CatBoost(BoostingFamily):
    """The library behind `CatBoosted`, which brings the file format of its models, too."""

    def owns(self, estimator: Any) -> bool:
        """Return whether an estimator is CatBoost in the wrapper of model files."""
        return type(estimator).__name__ == "CatBoosted"

    def make_model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """Return a classifier or regressor whose fit is repeatable and writes no files."""
        from catboost import CatBoostClassifier, CatBoostRegressor

        from pipeweave_dagster.core.model.catboost_model import CatBoosted

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

    def boost(self, model: Any, rows: Rows, deadline: Deadline, patience: int) -> int:
        """Fit, and keep the rounds up to the best one; all, where early stopping did not end it."""
        fit_catboost(model, rows, patience, [_StopAtDeadline(deadline)])
        return self.rounds_of(model)

    def unfitted(self, model: Any, rounds: int | None) -> Any:
        """Return an unfitted copy in its wrapper."""
        return type(model)(super().unfitted(model.booster, rounds), model.native)

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the function with the patience of early stopping."""
        return super().exported_fit(model.booster, recipe, native)

    @property
    def exported_function(self) -> Any:
        """See `BoostingFamily`."""
        return fit_catboost

    def rounds_of(self, model: Any) -> int:
        """Return the rounds of boosting that are kept."""
        return int(model.booster.tree_count_)

    def prediction_cost(self, model: Any, trees: int) -> float:
        """Return microseconds per 1,000 rows."""
        del model
        return trees * _TREE

    def explanation_cost(self, model: Any, trees: int) -> float:
        """Return the same for path contributions, a round of which has one tree for all classes."""
        del trees
        depth = model.booster.get_params().get("depth", _DEPTH)
        return float(self.rounds_of(model) * (_PATHS + _LEAF * 2**depth))

    def contributions(
        self,
        model: Any,
        x: Any,
        sources: "Codes",
        count: int,
        *,
        quick: bool,
        rounds: int | None = None,
    ) -> "Array":
        """Return SHAP values, or path contributions if `quick`."""
        import numpy as np

        from pipeweave_dagster.core.families.tree_paths import sum_by_source

        booster = model.booster
        if rounds is not None:
            booster = booster.copy()
            booster.shrink(rounds)
        how = {"shap_calc_type": "Approximate"} if quick else {}
        pool = model.pool(x)
        found = np.asarray(booster.get_feature_importance(pool, type="ShapValues", **how))
        found = found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)
        return sum_by_source(found, sources, count)


FAMILY = CatBoost(
    name="catboost",
    view="tree",
    package="catboost",
    extra="catboost",
    place=40,  # often the slowest: started early, the others run beside it
    variants=(
        Variant("catboost_shallow", "small trees", 40, {"depth": 4, "l2_leaf_reg": 6.0}),
        Variant(
            "catboost_deep", "deep trees", 20, {"depth": 8, "learning_rate": 0.08}, max_rows=2_999
        ),
    ),
    space={
        "depth": Range(3, 9, 6, log_scale=False, integer=True),
        "learning_rate": Range(0.03, 0.2, 0.1),
        "l2_leaf_reg": Range(0.5, 20, 3),
        "random_strength": Range(0.2, 5, 1),
        "bagging_temperature": Range(0, 1.5, 1, log_scale=False),
    },
    # Twice the rate of the others: a tree takes ten times as long as one of theirs.
    learning_rate=0.1,
    # By default the library combines categories (up to four) for many rounds only, so a refit with
    # the rounds that the folds had found was another model than theirs.
    defaults={"depth": 6, "l2_leaf_reg": 3.0, "max_ctr_complexity": 4},
    estimators=("CatBoosted",),
    explained="quick",
)
