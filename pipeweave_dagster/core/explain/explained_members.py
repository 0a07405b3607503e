"""Which members of a model are asked for reasons, so that these take no longer than scoring.

The choice depends on the model alone, not on the clock or the number of rows: a row gets the same
reasons in every batch.
"""

from typing import Any

from pipeweave_dagster.core.explain.shap_values import can_be_explained
from pipeweave_dagster.core.explain.tree_paths import mean_leaves

# Microseconds of one core for 1,000 rows, as measured on models of ten real sets; only their
# proportions count. What the paths of trees tell costs LightGBM a text of so much a leaf, read
# once a block, and XGBoost a row of numbers for every tree.
_PREPARE, _TRANSFORM, _MEMBER = 10_000, 2_000, 1_000
_FOREST_TREE = 40
_LIGHTGBM_TREE, _LIGHTGBM_STEP = 18, 0.6
_LIGHTGBM_CREDIT, _LIGHTGBM_INPUT, _LIGHTGBM_LEAF = 10, 0.3, 3
_XGBOOST_TREE, _XGBOOST_CREDIT, _XGBOOST_INPUT = 16, 35, 2
_MARGIN = 0.75
_LEAST_ROUNDS = 0.25


def asked(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The heaviest members whose contributions are known, as many as take no longer than scoring.

    Members that do not know all classes are left out. Where the heaviest alone would take longer,
    it is asked for its first rounds only (at least a quarter of them), which decide most:
    `rounds` says how many.
    """
    left = _MARGIN * _scoring(bundle)
    chosen: list[dict[str, Any]] = []
    for member in sorted(bundle["members"], key=lambda member: -member["weight"]):
        known = len(member["classes"]) == len(bundle["classes"])
        if not (known and can_be_explained(member, quick=True)):
            continue
        cost = _explaining(member)
        if cost > left and not chosen:
            share = max(left / cost, _LEAST_ROUNDS)
            chosen.append({**member, "rounds": max(1, round(share * rounds_of(member)))})
            break
        if cost <= left:
            chosen.append(member)
            left -= cost
    return chosen


def rounds_of(member: dict[str, Any]) -> int:
    """Rounds of boosting that a member answers with; 0 for lines."""
    model = member["pipeline"][-1]
    if hasattr(model, "booster_"):
        return int(model.best_iteration_ or model.booster_.current_iteration())
    if hasattr(model, "get_booster"):
        from pipeweave_dagster.core.training.families.xgboost import rounds_of as rounds

        return rounds(model.get_booster())
    return 0


def _trees(member: dict[str, Any]) -> int:
    classes = len(member["classes"])
    return rounds_of(member) * (classes if classes > 2 else 1)


def _scoring(bundle: dict[str, Any]) -> float:
    """What scoring takes at least."""
    transformers = {id(member["pipeline"][0]) for member in bundle["members"]}
    members = sum(_predicting(member) for member in bundle["members"])
    return _PREPARE + _TRANSFORM * len(transformers) + members


def _predicting(member: dict[str, Any]) -> float:
    model = member["pipeline"][-1]
    if hasattr(model, "booster_"):
        return _MEMBER + _trees(member) * (_LIGHTGBM_TREE + _LIGHTGBM_STEP * mean_leaves(model))
    if hasattr(model, "get_booster"):
        return _MEMBER + _trees(member) * _XGBOOST_TREE
    return _MEMBER + len(getattr(model, "estimators_", ())) * _FOREST_TREE


def _explaining(member: dict[str, Any]) -> float:
    model = member["pipeline"][-1]
    if hasattr(model, "booster_"):
        credit = _LIGHTGBM_CREDIT + _LIGHTGBM_INPUT * model.n_features_in_
        leaves = _LIGHTGBM_LEAF * mean_leaves(model)
        return float(_MEMBER + _predicting(member) + _trees(member) * (credit + leaves))
    if hasattr(model, "get_booster"):
        credit = _XGBOOST_CREDIT + _XGBOOST_INPUT * model.n_features_in_
        return float(2 * _MEMBER + _trees(member) * credit)
    return 2 * _MEMBER
