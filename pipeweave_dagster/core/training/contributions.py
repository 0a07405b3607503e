"""What each feature adds to a prediction: exact SHAP values of trees (Lundberg et al. 2020).

XGBoost and LightGBM compute them themselves. They are in the margin of each model (the unit of
the target, or log-odds), and add up to it together with the base.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor

from pipeweave_dagster.core.training.metrics import Array
from pipeweave_dagster.core.training.serving import prepare


class Contributions(NamedTuple):
    """Contributions of raw columns, shape (rows, columns, outputs), and the base (rows, outputs).

    `share` is the weight of the members that could be explained (others are no trees of these
    libraries); `outputs` is 1 but for several classes.
    """

    columns: list[str]
    values: Array
    base: Array
    share: float


def contributions(bundle: dict[str, Any], table: pd.DataFrame) -> Contributions | None:
    """Weighted mean over the boosted members; None if there is none.

    Args:
        bundle: The model.
        table: Raw rows.
    """
    features = prepare(table, bundle["frame"])
    columns = list(dict.fromkeys(_raw(entry) for entry in bundle["frame"]))
    total: Array | None = None
    base: Array | None = None
    share = 0.0
    for member in bundle["members"]:
        found = _of_member(member, features)
        if found is None or (total is not None and found.shape[2] != total.shape[2]):
            continue
        by_column = _by_raw_column(member["pipeline"][0], found, bundle["frame"], columns)
        weight = member["weight"]
        total = weight * by_column if total is None else total + weight * by_column
        added = weight * found[:, -1, :]
        base = added if base is None else base + added
        share += weight
    if total is None or base is None:
        return None
    whole = sum(member["weight"] for member in bundle["members"])
    return Contributions(columns, total / share, base / share, share / whole)


def _of_member(member: dict[str, Any], features: pd.DataFrame) -> Array | None:
    """Of the member's inputs and, last, its base; shape (rows, inputs + 1, outputs)."""
    model = member["pipeline"][-1]
    if isinstance(model, TransformedTargetRegressor):
        return None  # in logarithms they would not add up in the unit of the target
    x = member["pipeline"][0].transform(features)
    if hasattr(model, "booster_"):
        found = np.asarray(model.predict(x, pred_contrib=True), dtype=np.float64)
        return found.reshape(len(features), -1, x.shape[1] + 1).transpose(0, 2, 1)
    if hasattr(model, "get_booster"):
        from xgboost import DMatrix

        matrix = DMatrix(
            x, feature_types=model.feature_types, enable_categorical=model.enable_categorical
        )
        rounds = getattr(model, "best_iteration", None) if _stopped(model) else None
        limit = (0, rounds + 1) if rounds is not None else (0, 0)
        found = np.asarray(
            model.get_booster().predict(matrix, pred_contribs=True, iteration_range=limit),
            dtype=np.float64,
        )
        return found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)
    return None


def _stopped(model: Any) -> bool:
    return model.get_booster().attr("best_iteration") is not None


def _raw(entry: dict[str, Any]) -> str:
    return str(entry["name"])


def _by_raw_column(
    transformer: Any, found: Array, frame: list[dict[str, Any]], columns: list[str]
) -> Array:
    """Sum over all inputs that were made from a column (its date parts, its text's dimensions)."""
    owner = {f"{e['name']} ({part})": e["name"] for e in frame for part in e.get("parts", [])}
    total = np.zeros((found.shape[0], len(columns), found.shape[2]))
    for name, _, sources in transformer.transformers_:
        where = transformer.output_indices_[name]
        names = [sources] if isinstance(sources, str) else list(sources)
        if where.stop == where.start or not names:
            continue
        each = (where.stop - where.start) // len(names)
        for index, source in enumerate(names):
            first = where.start + index * each
            place = columns.index(owner.get(source, source))
            total[:, place] += found[:, first : first + each].sum(axis=1)
    return total
