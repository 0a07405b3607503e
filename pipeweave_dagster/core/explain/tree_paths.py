"""Contributions along the path of a row through a tree (Saabas 2014), as quick as a prediction.

At each split the expected value changes; the change is credited to the column that was asked. The
credits and the base add up to the margin exactly. SHAP values share credit among columns more
fairly, and take two orders of magnitude longer than scoring: they are kept for evaluations.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.training.data.split import Index

_MOST_CELLS = 4_000_000
_LOOKED_AT = 3
_ARRAYS = (
    "num_leaves",
    "split_feature",
    "left_child",
    "right_child",
    "internal_value",
    "leaf_value",
)


def path_contributions(
    model: Any, x: Any, places: Index, count: int, rounds: int | None = None
) -> Array:
    """Of each feature and, last, the base; shape (rows, features + 1, outputs).

    Args:
        model: A fitted LightGBM or XGBoost model of scikit-learn's form.
        x: Its inputs, shape (rows, inputs).
        places: For each input the position of the feature that it was made from.
        count: How many features there are.
        rounds: Only of so many rounds of boosting, the first ones.
    """
    if hasattr(model, "booster_"):
        return _of_lightgbm(model, x, places, count, rounds)
    return gathered(_of_xgboost(model, x, rounds), places, count)


def gathered(found: Array, places: Index, count: int) -> Array:
    """Contributions of inputs (and last the base) as those of the features they were made from."""
    by_feature = np.zeros((found.shape[0], count + 1, found.shape[2]))
    for place in np.unique(places):
        by_feature[:, place] = found[:, :-1][:, places == place].sum(axis=1)
    by_feature[:, -1] = found[:, -1]
    return by_feature


def _of_xgboost(model: Any, x: Any, rounds: int | None) -> Array:
    from xgboost import DMatrix

    from pipeweave_dagster.core.training.families.xgboost import rounds_of

    booster = model.get_booster()
    matrix = DMatrix(
        x, feature_types=model.feature_types, enable_categorical=model.enable_categorical, nthread=1
    )
    limit = (0, rounds or rounds_of(booster))
    found = np.asarray(
        booster.predict(matrix, pred_contribs=True, approx_contribs=True, iteration_range=limit),
        dtype=np.float64,
    )
    return found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)


def _of_lightgbm(model: Any, x: Any, places: Index, count: int, rounds: int | None) -> Array:
    leaves = np.asarray(model.predict(x, pred_leaf=True, num_iteration=rounds)).reshape(
        x.shape[0], -1
    )
    outputs = model.booster_.num_model_per_iteration()
    found = np.zeros((outputs, x.shape[0], count + 1))
    trees = _read(model.booster_.model_to_string(num_iteration=rounds), leaves.shape[1])
    own, index = np.empty((x.shape[0], count + 1)), 0
    for together in _chunks(trees, count):
        credits_, starts = _credits(together, places, count)
        for start in starts:
            np.take(credits_, start + leaves[:, index], axis=0, out=own, mode="clip")
            found[index % outputs] += own
            index += 1
    return found.transpose(1, 2, 0)


def mean_leaves(model: Any) -> float:
    """How many leaves the trees of LightGBM's first rounds have on average."""
    text = model.booster_.model_to_string(num_iteration=_LOOKED_AT)
    return float(_read(text).leaves.mean())


class _Trees(NamedTuple):
    """Trees one after the other: leaves of each, then all their inner nodes and all leaf values."""

    leaves: Index
    asked: Index
    left: Index
    right: Index
    inner_value: Array
    leaf_value: Array


def _read(text: str, count: int | None = None) -> _Trees:
    """The trees (the first ones, if so many are asked) of a model, as LightGBM writes it."""
    lines: dict[str, list[str]] = {name: [] for name in _ARRAYS}
    for part in text.split("\nTree=")[1:][:count]:
        for line in part.splitlines():
            name, _, values = line.partition("=")
            if name in lines and values:
                lines[name].append(values)
    read = {name: np.fromstring(" ".join(parts), sep=" ") for name, parts in lines.items()}
    leaves, asked, left, right = (read[name].astype(np.intp) for name in _ARRAYS[:4])
    return _Trees(leaves, asked, left, right, read["internal_value"], read["leaf_value"])


def _chunks(trees: _Trees, features: int) -> Iterator[_Trees]:
    """As many trees at a time as have credits of a bounded size."""
    most = max(1, _MOST_CELLS // (features + 1))
    ends = np.cumsum(2 * trees.leaves)
    first = 0
    while first < len(ends):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield _some(trees, first, last)
        first = last


def _some(trees: _Trees, first: int, last: int) -> _Trees:
    """The trees from one to another (which is left out)."""
    leaf = np.cumsum([0, *trees.leaves])
    inner = slice(leaf[first] - first, leaf[last] - last)
    return _Trees(
        leaves=trees.leaves[first:last],
        asked=trees.asked[inner],
        left=trees.left[inner],
        right=trees.right[inner],
        inner_value=trees.inner_value[inner],
        leaf_value=trees.leaf_value[leaf[first] : leaf[last]],
    )


def _credits(trees: _Trees, places: Index, features: int) -> tuple[Array, list[int]]:
    """What every feature gets in each leaf, and last the base; and where each tree's leaves begin.

    All trees go down level by level together, for a loop over nodes would take longer than to
    score a thousand rows. Returned are shape (leaves of all trees, features + 1) and the starts.
    """
    inner = np.cumsum([0, *(trees.leaves - 1)])
    leaf = np.cumsum([0, *trees.leaves]) + inner[-1]
    of_tree = np.repeat(np.arange(len(trees.leaves)), trees.leaves - 1)
    # Leaves are counted from -1 downwards, and stand behind all inner nodes here.
    children = np.stack(
        [
            np.where(child >= 0, child + inner[of_tree], ~child + leaf[of_tree])
            for child in (trees.left, trees.right)
        ],
        axis=1,
    )
    value = np.r_[trees.inner_value, trees.leaf_value]
    asked = places[trees.asked]
    given = np.zeros((len(value), features + 1))
    roots = np.where(trees.leaves > 1, inner[:-1], leaf[:-1])  # a stump is its own leaf
    given[roots, -1] = value[roots]
    level = roots[roots < inner[-1]]
    while len(level):
        below = children[level].ravel()
        above = np.repeat(level, 2)
        given[below] = given[above]
        given[below, asked[above]] += value[below] - value[above]
        level = below[below < inner[-1]]
    return given, [int(start) for start in leaf[:-1]]
