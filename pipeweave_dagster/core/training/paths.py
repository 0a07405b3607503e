"""Contributions along the path of a row through a tree (Saabas 2014), as quick as a prediction.

At each split the expected value changes; the change is credited to the column that was asked. The
credits and the base add up to the margin exactly. SHAP values share credit among columns more
fairly, and take two orders of magnitude longer than scoring: they are kept for evaluations.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.training.metrics import Array

_ARRAYS = ("split_feature", "left_child", "right_child", "leaf_value", "internal_value")


def path_contributions(model: Any, x: Any) -> Array:
    """Of each input and, last, the base; shape (rows, inputs + 1, outputs).

    Args:
        model: A fitted LightGBM or XGBoost model of scikit-learn's form.
        x: Its inputs, shape (rows, inputs).
    """
    return _of_lightgbm(model, x) if hasattr(model, "booster_") else _of_xgboost(model, x)


def _of_xgboost(model: Any, x: Any) -> Array:
    from xgboost import DMatrix

    booster = model.get_booster()
    matrix = DMatrix(
        x, feature_types=model.feature_types, enable_categorical=model.enable_categorical
    )
    stopped = booster.attr("best_iteration") is not None
    limit = (0, model.best_iteration + 1) if stopped else (0, 0)
    found = np.asarray(
        booster.predict(matrix, pred_contribs=True, approx_contribs=True, iteration_range=limit),
        dtype=np.float64,
    )
    return found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)


def _of_lightgbm(model: Any, x: Any) -> Array:
    leaves = np.asarray(model.predict(x, pred_leaf=True), dtype=np.intp)
    leaves = leaves.reshape(x.shape[0], -1)
    outputs = model.booster_.num_model_per_iteration()
    found = np.zeros((outputs, x.shape[0], x.shape[1] + 1))
    trees = _trees(model.booster_.model_to_string())
    for index in range(leaves.shape[1]):
        found[index % outputs] += _credits(trees[index], x.shape[1])[leaves[:, index]]
    return found.transpose(1, 2, 0)


def _trees(text: str) -> list[dict[str, NDArray[np.float64]]]:
    """The arrays of each tree, as LightGBM writes them."""
    found = []
    for part in text.split("\nTree=")[1:]:
        pairs = (line.partition("=") for line in part.splitlines())
        lines = {name: values for name, _, values in pairs if name in _ARRAYS}
        found.append({name: np.array(v.split(), dtype=float) for name, v in lines.items()})
    return found


def _credits(tree: dict[str, NDArray[np.float64]], inputs: int) -> Array:
    """For each leaf what every input gets, and last the base; shape (leaves, inputs + 1)."""
    leaf_value = tree["leaf_value"]
    given = np.zeros((len(leaf_value), inputs + 1))
    if len(leaf_value) == 1:
        given[0, -1] = leaf_value[0]
        return given
    value = tree["internal_value"]
    columns = tree["split_feature"].astype(np.intp)
    children = np.c_[tree["left_child"], tree["right_child"]].astype(np.intp)
    start = np.zeros(inputs + 1)
    start[-1] = value[0]
    stack: list[tuple[int, Array]] = [(0, start)]
    while stack:
        node, so_far = stack.pop()
        for child in children[node]:
            credit = so_far.copy()
            # Leaves are counted from -1 downwards.
            reached = value[child] if child >= 0 else leaf_value[~child]
            credit[columns[node]] += reached - value[node]
            if child >= 0:
                stack.append((int(child), credit))
            else:
                given[~child] = credit
    return given
