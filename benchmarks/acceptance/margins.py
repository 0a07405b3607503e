"""What boosted trees say of rows, added up in double precision."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xgboost import DMatrix

Array = NDArray[np.float64]


def margins(model: Any, x: Any, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """The sum of the leaves that rows fall into with the base, and the margin as the library tells.

    Args:
        model: A LightGBM or XGBoost model of scikit-learn's form.
        x: Its inputs.
        shape: Rows and outputs.
    """
    if hasattr(model, "booster_"):  # adds up in double precision itself
        told = np.asarray(model.predict(x, raw_score=True), dtype=np.float64).reshape(shape)
        return told, told
    told = np.asarray(model.predict(x, output_margin=True), dtype=np.float64).reshape(shape)
    return _leaves(model, x, shape), told


def _leaves(model: Any, x: Any, shape: tuple[int, ...]) -> Array:
    booster = model.get_booster()
    stopped = booster.attr("best_iteration") is not None
    limit = (0, booster.best_iteration + 1) if stopped else (0, 0)
    matrix = DMatrix(
        x, feature_types=model.feature_types, enable_categorical=model.enable_categorical
    )
    leaves = booster.predict(matrix, pred_leaf=True, iteration_range=limit)
    leaves = leaves.astype(np.intp).reshape(shape[0], -1)
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    base = np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=np.float64)
    if learner["objective"]["name"].endswith(":logistic"):
        base = np.log(base / (1 - base))
    grown = learner["gradient_booster"]["model"]
    found = np.zeros(shape) + base
    for tree in range(leaves.shape[1]):
        values = np.array(grown["trees"][tree]["split_conditions"], dtype=np.float32)
        found[:, grown["tree_info"][tree]] += values[leaves[:, tree]]
    return found
