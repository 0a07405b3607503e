"""Choose the members that explain a model's predictions, so that it takes no longer than scoring.

The choice depends on the model alone, not on the clock or the
number of rows: a row gets the same reasons in every batch.
"""

from typing import Any

from pipeweave_dagster.core.explain.shap_values import can_be_explained
from pipeweave_dagster.core.families import family_of

# Microseconds on one core for 1,000 rows, measured on models of ten real data sets; only their
# proportions matter. Families add their own costs.
_PREPARE, _TRANSFORM, _MEMBER = 10_000, 2_000, 1_000
_MARGIN = 0.75
_MIN_ROUNDS = 0.25


def explained_members(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the heaviest members with quick contributions, as many as take no longer than scoring.

    Members that do not know all classes are excluded. If the heaviest alone would take longer,
    only its first rounds (at least a quarter of them), which matter most, are explained: `rounds`
    is their number.
    """
    left = _MARGIN * _scoring_cost(bundle)
    chosen: list[dict[str, Any]] = []
    for member in sorted(bundle["members"], key=lambda member: -member["weight"]):
        all_classes = len(member["classes"]) == len(bundle["classes"])
        if not (all_classes and can_be_explained(member, quick=True)):
            continue
        cost = _explanation_cost(member)
        if cost > left and not chosen:
            share = max(left / cost, _MIN_ROUNDS)
            chosen.append({**member, "rounds": max(1, round(share * rounds_of(member)))})
            break
        if cost <= left:
            chosen.append(member)
            left -= cost
    return chosen


def rounds_of(member: dict[str, Any]) -> int:
    """Return the rounds of boosting that a member predicts with; 0 for other models."""
    model = member["pipeline"][-1]
    family = family_of(model)
    return family.rounds_of(model) if family else 0


def _trees(member: dict[str, Any]) -> int:
    classes = len(member["classes"])
    return rounds_of(member) * (classes if classes > 2 else 1)


def _scoring_cost(bundle: dict[str, Any]) -> float:
    """Return a lower bound of the cost of scoring."""
    transformers = {id(member["pipeline"][0]) for member in bundle["members"]}
    members = sum(_prediction_cost(member) for member in bundle["members"])
    return _PREPARE + _TRANSFORM * len(transformers) + members


def _prediction_cost(member: dict[str, Any]) -> float:
    model = member["pipeline"][-1]
    family = family_of(model)
    return _MEMBER + (family.prediction_cost(model, _trees(member)) if family else 0.0)


def _explanation_cost(member: dict[str, Any]) -> float:
    model = member["pipeline"][-1]
    family = family_of(model)
    return 2 * _MEMBER + (family.explanation_cost(model, _trees(member)) if family else 0.0)
