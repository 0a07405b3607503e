"""XGBoost (Chen and Guestrin 2016) with native categories and early stopping."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
    from pipeweave_dagster.core.metrics.metrics import Array, Codes

# Microseconds of one core per tree and 1,000 rows (see `core.explain.explained_members`): to
# predict, and to explain, which writes a number per input.
_TREE, _CREDIT, _INPUT = 16, 35, 2


def fit_xgboost(model: Any, rows: Rows, patience: int, callbacks: Sequence[Any] = ()) -> Any:
    """Fit; with validation rows until their loss has not fallen for `patience` rounds."""
    stopping = None if rows.x_valid is None else patience
    evals = None if rows.x_valid is None else [(rows.x_valid, rows.y_valid)]
    model.set_params(callbacks=[*callbacks] or None, early_stopping_rounds=stopping)
    model.fit(rows.x, rows.y, sample_weight=rows.weight, eval_set=evals, verbose=False)
    model.evals_result_ = {}
    return model.set_params(callbacks=None, early_stopping_rounds=None)


def stop_at(deadline: Deadline) -> Any:
    """Return a callback that ends boosting at the first round after the deadline."""
    from xgboost.callback import TrainingCallback

    class StopAtDeadline(TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            del model, epoch, evals_log
            return deadline.passed()

    return StopAtDeadline()


class XGBoost(BoostingFamily):
    """The scikit-learn interface of the library."""

    def make_model(self, rows: Rows, params: dict[str, Any]) -> Any:
        """Return a classifier or regressor on histograms, with the category codes marked."""
        from xgboost import XGBClassifier, XGBRegressor

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

    def boost(self, model: Any, rows: Rows, deadline: Deadline, patience: int) -> int:
        """Fit, and return the rounds up to the best one."""
        fit_xgboost(model, rows, patience, [stop_at(deadline)])
        model.set_params(n_jobs=1)
        return self.rounds_of(model)

    @property
    def exported_function(self) -> Any:
        """See `BoostingFamily`."""
        return fit_xgboost

    def rounds_of(self, model: Any) -> int:
        """Return the rounds up to the best one; all, where early stopping did not end the fit."""
        booster = model.get_booster()
        best = booster.attr("best_iteration")
        return int(best) + 1 if best is not None else int(booster.num_boosted_rounds())

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
        from xgboost import DMatrix

        from pipeweave_dagster.core.families.tree_paths import sum_by_source

        threads = {"nthread": 1} if quick else {}
        matrix = DMatrix(
            x,
            feature_types=model.feature_types,
            enable_categorical=model.enable_categorical,
            **threads,
        )
        kind = {"pred_contribs": True, **({"approx_contribs": True} if quick else {})}
        limit = (0, rounds or self.rounds_of(model))
        found = model.get_booster().predict(matrix, iteration_range=limit, **kind)
        found = np.asarray(found, dtype=np.float64)
        found = found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)
        return sum_by_source(found, sources, count)

    def prediction_cost(self, model: Any, trees: int) -> float:
        """Return microseconds per 1,000 rows."""
        del model
        return trees * _TREE

    def explanation_cost(self, model: Any, trees: int) -> float:
        """Return the same for path contributions."""
        return float(trees * (_CREDIT + _INPUT * model.n_features_in_))


FAMILY = XGBoost(
    name="xgboost",
    view="tree",
    package="xgboost",
    place=30,
    variants=(
        Variant(
            "xgboost_shallow", "small trees", 20,
            {"max_depth": 3, "learning_rate": 0.05, "min_child_weight": 1, "reg_lambda": 3.0},
        ),
        Variant(
            "xgboost_deep", "deep trees", 10,
            {"max_depth": 9, "learning_rate": 0.04, "subsample": 0.75, "colsample_bytree": 0.6,
             "min_child_weight": 1, "reg_lambda": 2.0},
        ),
        Variant(
            "xgboost_crossed", "crossed", 20,
            {CROSSED: True, "max_depth": 5, "learning_rate": 0.05, "colsample_bytree": 0.5,
             "min_child_weight": 1, "reg_lambda": 2.0},
        ),
        Variant(
            "xgboost_grouped", "grouped", 20,
            {GROUPED: True, "max_depth": 5, "learning_rate": 0.05, "colsample_bytree": 0.7,
             "min_child_weight": 1, "reg_lambda": 2.0},
        ),
        Variant("xgboost_plain", "plain", 20, {PLAIN: True}),
        Variant("xgboost_log", "log target", 30, {LOG: True}),
    ),
    space={
        "max_depth": Range(3, 11, 6, log_scale=False, integer=True),
        "learning_rate": Range(0.015, 0.15, 0.06),
        "min_child_weight": Range(0.5, 30, 2),
        "colsample_bytree": Range(0.3, 1.0, 0.8, log_scale=False),
        "subsample": Range(0.5, 1.0, 0.8, log_scale=False),
        "reg_lambda": Range(0.05, 20, 1),
    },
    learning_rate=0.06,
    defaults={
        "max_depth": 6,
        "min_child_weight": 2,
        "subsample": 0.8,
        "colsample_bytree": 0.8,
        "reg_lambda": 1.0,
    },
    estimators=("XGBClassifier", "XGBRegressor"),
    types=(
        "xgboost.core.Booster",
        "xgboost.sklearn.XGBClassifier",
        "xgboost.sklearn.XGBRegressor",
    ),
    explained="quick",
)  # fmt: skip
