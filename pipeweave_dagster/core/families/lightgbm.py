"""LightGBM (Ke et al. 2017) with native categories and early stopping."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.families.base import ExportedFit
from pipeweave_dagster.core.families.early_stopping import BoostingFamily, Deadline
from pipeweave_dagster.core.families.fit import Rows, threads_for
from pipeweave_dagster.core.families.search_space import (
    CROSSED,
    GROUPED,
    LOG,
    PLAIN,
    Range,
    Variant,
)

if TYPE_CHECKING:
    from pipeweave_dagster.core.documents import Member
    from pipeweave_dagster.core.metrics.metrics import Array, Codes

# Microseconds of one core per tree and 1,000 rows (see `core.explain.explained_members`): to
# predict, and to explain, for which the text of every leaf is read once per block.
_TREE, _STEP = 18, 0.6
_CREDIT, _INPUT, _LEAF = 10, 0.3, 3


def fit_lightgbm(
    model: Any, rows: Rows, native: list[int], patience: int, callbacks: Sequence[Any] = ()
) -> Any:
    """Fit; with validation rows until their loss has not fallen for `patience` rounds.

    `native` are the positions of category codes.
    """
    from lightgbm import early_stopping

    arguments: dict[str, Any] = {"callbacks": [*callbacks]}
    if rows.x_valid is not None:
        stopping = early_stopping(patience, first_metric_only=True, verbose=False)
        arguments["callbacks"].append(stopping)
        arguments |= {"eval_X": rows.x_valid, "eval_y": rows.y_valid}
    arguments["categorical_feature"] = native or "auto"
    return model.fit(rows.x, rows.y, sample_weight=rows.weight, **arguments)


class _StopAtDeadline:
    """Ends boosting at the first round after the deadline."""

    order = 40  # after LightGBM's own early stopping (30)
    before_iteration = False

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline

    def __call__(self, env: Any) -> None:
        from lightgbm.callback import EarlyStopException

        if env.iteration + 1 < env.end_iteration and self.deadline.passed():
            raise EarlyStopException(env.iteration, env.evaluation_result_list or [])


class LightGBM(BoostingFamily):
    """The scikit-learn interface of the library."""

    def make_model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """Return a classifier or regressor whose fit is repeatable."""
        from lightgbm import LGBMClassifier, LGBMRegressor

        shared = {
            "min_child_samples": 20 if len(rows.y) > 300 else 5,
            "n_jobs": threads_for(rows),
            "random_state": rows.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
            **({"monotone_constraints": rows.monotone} if rows.monotone else {}),
            # Without it a few pure leaves make the scores of many classes diverge.
            **({"reg_lambda": 1.0} if rows.classes > 2 else {}),
            **params,
        }
        return LGBMClassifier(**shared) if rows.classes else LGBMRegressor(**shared)

    def boost(self, model: Any, rows: Rows, deadline: Deadline, patience: int) -> int:
        """Fit, and return the rounds up to the best one."""
        fit_lightgbm(model, rows, rows.native, patience, [_StopAtDeadline(deadline)])
        model.set_params(n_jobs=1)
        return int(model.best_iteration_ or model.n_estimators)

    def exported_fit(self, model: Any, recipe: "Member", native: list[int]) -> ExportedFit:
        """Return the function with the positions of category codes and the patience."""
        function, arguments = super().exported_fit(model, recipe, native)
        return ExportedFit(function, {**arguments, "native": native})

    @property
    def exported_function(self) -> Any:
        """See `BoostingFamily`."""
        return fit_lightgbm

    def rounds_of(self, model: Any) -> int:
        """Return the rounds up to the best one; all, where early stopping did not end the fit."""
        return int(model.best_iteration_ or model.booster_.current_iteration())

    def gains(self, model: Any) -> "Array":
        """Return the total gain of the splits of each input."""
        import numpy as np

        return np.asarray(model.booster_.feature_importance(importance_type="gain"), dtype=float)

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

        from pipeweave_dagster.core.families.tree_paths import lightgbm_paths, sum_by_source

        if quick:
            return lightgbm_paths(model, x, sources, count, rounds)
        found = np.asarray(model.predict(x, pred_contrib=True), dtype=np.float64)
        found = found.reshape(x.shape[0], -1, x.shape[1] + 1).transpose(0, 2, 1)
        return sum_by_source(found, sources, count)

    def prediction_cost(self, model: Any, trees: int) -> float:
        """Return microseconds per 1,000 rows; they grow with the leaves of a tree."""
        from pipeweave_dagster.core.families.tree_paths import mean_leaves

        return trees * (_TREE + _STEP * mean_leaves(model))

    def explanation_cost(self, model: Any, trees: int) -> float:
        """Return the same for path contributions, for which it predicts leaves as well."""
        from pipeweave_dagster.core.families.tree_paths import mean_leaves

        credit = _CREDIT + _INPUT * model.n_features_in_ + _LEAF * mean_leaves(model)
        return float(self.prediction_cost(model, trees) + trees * credit)


FAMILY = LightGBM(
    name="lightgbm",
    view="tree",
    package="lightgbm",
    place=20,
    variants=(
        Variant(
            "lightgbm_random", "small trees", 10,
            {"extra_trees": True, "num_leaves": 31, "min_child_samples": 4,
             "colsample_bytree": 0.7},
        ),
        Variant(
            "lightgbm_small", "small trees", 30,
            {"num_leaves": 7, "learning_rate": 0.04, "min_child_samples": 10, "reg_lambda": 3.0,
             "colsample_bytree": 0.6},
        ),
        Variant(
            "lightgbm_large", "large trees", 10,
            {"num_leaves": 127, "learning_rate": 0.03, "min_child_samples": 10, "subsample": 0.8,
             "colsample_bytree": 0.6, "reg_lambda": 1.0},
        ),
        Variant(
            "lightgbm_crossed", "crossed", 10,
            {CROSSED: True, "num_leaves": 31, "learning_rate": 0.04, "min_child_samples": 10,
             "colsample_bytree": 0.5, "reg_lambda": 1.0},
        ),
        Variant(
            "lightgbm_grouped", "grouped", 10,
            {GROUPED: True, "num_leaves": 31, "learning_rate": 0.04, "min_child_samples": 10,
             "colsample_bytree": 0.7, "reg_lambda": 1.0},
        ),
        Variant("lightgbm_plain", "plain", 10, {PLAIN: True}),
        Variant("lightgbm_log", "log target", 10, {LOG: True}),
    ),
    space={
        "num_leaves": Range(4, 160, 31, integer=True),
        "learning_rate": Range(0.012, 0.12, 0.05),
        "min_child_samples": Range(1, 80, 20, integer=True),
        "colsample_bytree": Range(0.3, 1.0, 0.8, log_scale=False),
        "subsample": Range(0.6, 1.0, 0.9, log_scale=False),
        "reg_lambda": Range(0.01, 20, 0.3),
        "extra_trees": Range(0, 1, 0, log_scale=False, boolean=True),
    },
    learning_rate=0.05,
    defaults={"num_leaves": 31, "subsample": 0.9, "subsample_freq": 1, "colsample_bytree": 0.8},
    estimators=("LGBMClassifier", "LGBMRegressor"),
    types=(
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRegressor",
    ),
    explained="quick",
)  # fmt: skip
