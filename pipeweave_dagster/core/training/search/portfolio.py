"""The candidates and their order: a fixed list, so equal data is searched in the same way."""

from pipeweave_dagster.core.documents import PipelineSpec, Step
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.pipelines.checks.monotone import MONOTONE_FAMILIES
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.families import FAMILIES
from pipeweave_dagster.core.training.families.candidate import (
    CROSSED,
    CURVES,
    LOG,
    PLAIN,
    Candidate,
    is_skewed,
)
from pipeweave_dagster.core.training.search.learning_rate import hastened

_FIRST = [
    Candidate("dummy", "dummy"),
    Candidate("linear", "linear"),
    Candidate("lightgbm", "lightgbm"),
    Candidate("xgboost", "xgboost"),
    # Often the slowest: begun early, the others run beside it.
    Candidate("catboost", "catboost"),
    Candidate("random_forest", "random_forest"),
    Candidate("extra_trees", "extra_trees"),
    Candidate("hist_gradient_boosting", "hist_gradient_boosting"),
    Candidate("neighbours", "neighbours"),
    Candidate("mlp", "mlp"),
]
_SMALL_TREES = [
    Candidate(
        "lightgbm_random",
        "lightgbm",
        {"extra_trees": True, "num_leaves": 31, "min_child_samples": 4, "colsample_bytree": 0.7},
    ),
    Candidate(
        "xgboost_shallow",
        "xgboost",
        {"max_depth": 3, "learning_rate": 0.05, "min_child_weight": 1, "reg_lambda": 3.0},
    ),
    Candidate(
        "lightgbm_small",
        "lightgbm",
        {"num_leaves": 7, "learning_rate": 0.04, "min_child_samples": 10, "reg_lambda": 3.0,
         "colsample_bytree": 0.6},
    ),
    Candidate("catboost_shallow", "catboost", {"depth": 4, "l2_leaf_reg": 6.0}),
]  # fmt: skip
_LARGE_TREES = [
    Candidate(
        "lightgbm_large",
        "lightgbm",
        {"num_leaves": 127, "learning_rate": 0.03, "min_child_samples": 10, "subsample": 0.8,
         "colsample_bytree": 0.6, "reg_lambda": 1.0},
    ),
    Candidate(
        "xgboost_deep",
        "xgboost",
        {"max_depth": 9, "learning_rate": 0.04, "subsample": 0.75, "colsample_bytree": 0.6,
         "min_child_weight": 1, "reg_lambda": 2.0},
    ),
    Candidate("catboost_deep", "catboost", {"depth": 8, "learning_rate": 0.08}),
]  # fmt: skip
_CROSSED = [
    Candidate(
        "lightgbm_crossed",
        "lightgbm",
        {CROSSED: True, "num_leaves": 31, "learning_rate": 0.04, "min_child_samples": 10,
         "colsample_bytree": 0.5, "reg_lambda": 1.0},
    ),
    Candidate(
        "xgboost_crossed",
        "xgboost",
        {CROSSED: True, "max_depth": 5, "learning_rate": 0.05, "colsample_bytree": 0.5,
         "min_child_weight": 1, "reg_lambda": 2.0},
    ),
]  # fmt: skip
_PLAIN = [
    Candidate("lightgbm_plain", "lightgbm", {PLAIN: True}),
    Candidate("xgboost_plain", "xgboost", {PLAIN: True}),
]
_BENT = [
    Candidate("mlp_curves", "mlp", {CURVES: True}),
    Candidate("linear_curves", "linear", {CURVES: True}),
]
_OTHERS = [
    Candidate("svm", "svm"),
    Candidate("extra_trees_leaf", "extra_trees", {"min_samples_leaf": 3, "max_features": 0.8}),
    Candidate("linear_strict", "linear", {"C": 0.1, "alpha": 30.0}),
    Candidate("linear_free", "linear", {"C": 10.0, "alpha": 0.1}),
    Candidate("mlp_wide", "mlp", {"hidden": (256,), "alpha": 0.1, "learning_rate": 1e-3}),
    Candidate("random_forest_leaf", "random_forest", {"min_samples_leaf": 5, "max_features": 0.5}),
]
_LOGARITHMS = [
    Candidate("lightgbm_log", "lightgbm", {LOG: True}),
    Candidate("linear_log", "linear", {LOG: True, "alpha": 10.0}),
    Candidate("xgboost_log", "xgboost", {LOG: True}),
]
_SMALL_ROWS = 3_000


def portfolio(spec: PipelineSpec, problem: Problem, haste: float = 1.0) -> list[Candidate]:
    """Candidates that the pipeline allows and that suit the table; `dummy` always.

    One of each family comes first; then variants, small trees before large ones where there are
    few rows. Boosting learns faster by `haste` where time is short (see `haste`).
    """
    step = _search_step(spec)
    allowed = {"dummy", *step.params.get("families", FAMILIES)}
    if problem.monotone:
        allowed &= {"dummy", *MONOTONE_FAMILIES}
    rows, columns = problem.features.shape
    if rows < _SMALL_ROWS:
        variants = [*_SMALL_TREES, *_BENT, *_CROSSED, *_OTHERS, *_LARGE_TREES]
    else:
        variants = [_LARGE_TREES[0], *_CROSSED, _LARGE_TREES[1], *_BENT, *_SMALL_TREES, *_OTHERS]
    if not (problem.columns.crosses or problem.columns.pairs):
        variants = [v for v in variants if not v.params.get(CROSSED)]
    if problem.columns.can_be_plain:
        variants = [*_PLAIN, *variants]
    if not problem.columns.curved:
        variants = [v for v in variants if not v.params.get(CURVES)]
    if problem.task == "regression" and is_skewed(problem.y):
        variants = [*_LOGARITHMS, *variants]
    if step.params.get("variants") is False:
        variants = []
    return [
        hastened(candidate, haste)
        for candidate in [*_FIRST, *variants]
        if candidate.family in allowed
        and candidate.family in FAMILIES
        and FAMILIES[candidate.family].suits(rows, columns, problem.classes)
    ]


def adaptive(spec: PipelineSpec) -> bool:
    """Whether candidates beyond the fixed list may be tried."""
    return _search_step(spec).params.get("variants") is not False


def absent(spec: PipelineSpec) -> list[str]:
    """Families that the pipeline names and this installation has not.

    Raises:
        PipeWeaveError: VALIDATION_ERROR where no other family is named.
    """
    named = _search_step(spec).params.get("families", [])
    missing = [name for name in named if name not in FAMILIES]
    if missing and len(missing) == len([name for name in named if name != "dummy"]):
        raise validation_error(
            f"The pipeline names no model family but {', '.join(missing)}, which is not installed.",
            fix=f"Install it (pip install 'pipeweave[{missing[0]}]'), or name further families.",
        )
    return missing


def _search_step(spec: PipelineSpec) -> Step:
    return next(step for step in spec.steps if step.kind == "train")
