"""Contributions along the path of a row through a tree (Saabas 2014), as quick as a prediction.

At each split the expected value changes; the change is credited to the column that was asked. The
credits and the base add up to the margin exactly. SHAP values share credit among columns more
fairly, and take two orders of magnitude longer than scoring: they are kept for evaluations.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.training.metrics import Array
from pipeweave_dagster.core.training.split import Index

_Tree = dict[str, NDArray[np.float64]]
_MOST_CELLS = 4_000_000
_ARRAYS = ("split_feature", "left_child", "right_child", "leaf_value", "internal_value")


def path_contributions(model: Any, x: Any, places: Index, count: int) -> Array:
    """Of each feature and, last, the base; shape (rows, features + 1, outputs).

    Args:
        model: A fitted LightGBM or XGBoost model of scikit-learn's form.
        x: Its inputs, shape (rows, inputs).
        places: For each input the position of the feature that it was made from.
        count: How many features there are.
    """
    if hasattr(model, "booster_"):
        return _of_lightgbm(model, x, places, count)
    return gathered(_of_xgboost(model, x), places, count)


def gathered(found: Array, places: Index, count: int) -> Array:
    """Contributions of inputs (and last the base) as those of the features they were made from."""
    by_feature = np.zeros((found.shape[0], count + 1, found.shape[2]))
    for place in np.unique(places):
        by_feature[:, place] = found[:, :-1][:, places == place].sum(axis=1)
    by_feature[:, -1] = found[:, -1]
    return by_feature


def _of_xgboost(model: Any, x: Any) -> Array:
    from xgboost import DMatrix

    booster = model.get_booster()
    matrix = DMatrix(
        x, feature_types=model.feature_types, enable_categorical=model.enable_categorical, nthread=1
    )
    stopped = booster.attr("best_iteration") is not None
    limit = (0, model.best_iteration + 1) if stopped else (0, 0)
    found = np.asarray(
        booster.predict(matrix, pred_contribs=True, approx_contribs=True, iteration_range=limit),
        dtype=np.float64,
    )
    return found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)


def _of_lightgbm(model: Any, x: Any, places: Index, count: int) -> Array:
    leaves = np.asarray(model.predict(x, pred_leaf=True), dtype=np.intp)
    leaves = leaves.reshape(x.shape[0], -1)
    outputs = model.booster_.num_model_per_iteration()
    found = np.zeros((outputs, x.shape[0], count + 1))
    trees = _trees(model.booster_.model_to_string())[: leaves.shape[1]]
    index = 0
    for together in _chunks(trees, count):
        credits_, starts = _credits(together, places, count)
        for start in starts:
            found[index % outputs] += credits_[start + leaves[:, index]]
            index += 1
    return found.transpose(1, 2, 0)


def _chunks(trees: list[_Tree], features: int) -> Iterator[list[_Tree]]:
    """As many trees at a time as have credits of a bounded size."""
    together: list[_Tree] = []
    nodes = 0
    for tree in trees:
        together.append(tree)
        nodes += 2 * len(tree["leaf_value"])
        if nodes * (features + 1) > _MOST_CELLS:
            yield together
            together, nodes = [], 0
    if together:
        yield together


def _trees(text: str) -> list[_Tree]:
    """The arrays of each tree, as LightGBM writes them."""
    found = []
    for part in text.split("\nTree=")[1:]:
        pairs = (line.partition("=") for line in part.splitlines())
        lines = {name: values for name, _, values in pairs if name in _ARRAYS}
        found.append({name: np.array(v.split(), dtype=float) for name, v in lines.items()})
    return found


def _credits(trees: list[_Tree], places: Index, features: int) -> tuple[Array, list[int]]:
    """What every feature gets in each leaf, and last the base; and where each tree's leaves begin.

    All trees go down level by level together, for a loop over nodes would take longer than to
    score a thousand rows. Returned are shape (leaves of all trees, features + 1) and the starts.
    """
    inner = np.cumsum([0, *(len(tree["leaf_value"]) - 1 for tree in trees)])
    leaf = np.cumsum([0, *(len(tree["leaf_value"]) for tree in trees)]) + inner[-1]
    split = [tree for tree in trees if len(tree["leaf_value"]) > 1]
    children = np.empty((inner[-1], 2), dtype=np.intp)
    for tree, first_inner, first_leaf in zip(trees, inner[:-1], leaf[:-1], strict=True):
        count = len(tree["leaf_value"]) - 1
        for side, name in enumerate(("left_child", "right_child")):
            child = tree[name][:count].astype(np.intp) if count else np.empty(0, dtype=np.intp)
            # Leaves are counted from -1 downwards.
            found = np.where(child >= 0, child + first_inner, ~child + first_leaf)
            children[first_inner : first_inner + count, side] = found
    asked = places[_joined(split, "split_feature").astype(np.intp)]
    value = np.r_[_joined(split, "internal_value"), _joined(trees, "leaf_value")]
    given = np.zeros((len(value), features + 1))
    roots = np.where(np.diff(inner) > 0, inner[:-1], leaf[:-1])  # a stump is its own leaf
    given[roots, -1] = value[roots]
    level = roots[roots < inner[-1]]
    while len(level):
        below = children[level].ravel()
        above = np.repeat(level, 2)
        given[below] = given[above]
        given[below, asked[above]] += value[below] - value[above]
        level = below[below < inner[-1]]
    return given, [int(start) for start in leaf[:-1]]


def _joined(trees: list[_Tree], name: str) -> Array:
    return np.concatenate([np.empty(0), *(tree[name] for tree in trees)])
