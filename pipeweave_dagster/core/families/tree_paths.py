"""Contributions along the path of a row through trees (Saabas 2014), as fast as a prediction.

At each split the expected value changes; the change is credited to the feature of the split. The
credits and the base add up to the margin exactly. SHAP values share credit among features more
fairly, and take two orders of magnitude longer than scoring: they are kept for evaluations.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pipeweave_dagster.core.metrics.metrics import Array, Codes

_MAX_CELLS = 4_000_000
_SAMPLED_TREES = 3
_ARRAYS = (
    "num_leaves",
    "split_feature",
    "left_child",
    "right_child",
    "internal_value",
    "leaf_value",
)


def sum_by_source(contributions: Array, sources: Codes, count: int) -> Array:
    """Return contributions of features from those of the inputs that were made from them.

    Args:
        contributions: Shape (rows, inputs + 1, outputs), the base last.
        sources: Position of the feature of each input.
        count: Number of features.

    Returns:
        Shape (rows, features + 1, outputs), the base last.
    """
    by_feature = np.zeros((contributions.shape[0], count + 1, contributions.shape[2]))
    for feature in np.unique(sources):
        by_feature[:, feature] = contributions[:, :-1][:, sources == feature].sum(axis=1)
    by_feature[:, -1] = contributions[:, -1]
    return by_feature


def lightgbm_paths(model: Any, x: Any, sources: Codes, count: int, rounds: int | None) -> Array:
    """Return path contributions of a LightGBM model, which has none itself; see `sum_by_source`.

    `rounds` limits them to the first rounds of boosting.
    """
    leaves = np.asarray(model.predict(x, pred_leaf=True, num_iteration=rounds)).reshape(
        x.shape[0], -1
    )
    outputs = model.booster_.num_model_per_iteration()
    total = np.zeros((outputs, x.shape[0], count + 1))
    trees = _read(model.booster_.model_to_string(num_iteration=rounds), leaves.shape[1])
    own, index = np.empty((x.shape[0], count + 1)), 0
    for chunk in _chunks(trees, count):
        leaf_credits, starts = _credits(chunk, sources, count)
        for start in starts:
            np.take(leaf_credits, start + leaves[:, index], axis=0, out=own, mode="clip")
            total[index % outputs] += own
            index += 1
    return total.transpose(1, 2, 0)


def mean_leaves(model: Any) -> float:
    """Return the mean number of leaves of the trees of LightGBM's first rounds."""
    text = model.booster_.model_to_string(num_iteration=_SAMPLED_TREES)
    return float(_read(text).leaves.mean())


class _Trees(NamedTuple):
    """Consecutive trees: leaves per tree, then all their inner nodes and all leaf values."""

    leaves: Codes
    split_input: Codes
    left: Codes
    right: Codes
    inner_value: Array
    leaf_value: Array


def _read(text: str, count: int | None = None) -> _Trees:
    """Return the first `count` trees (None for all) of a model in LightGBM's text format."""
    lines: dict[str, list[str]] = {name: [] for name in _ARRAYS}
    for part in text.split("\nTree=")[1:][:count]:
        for line in part.splitlines():
            name, _, values = line.partition("=")
            if name in lines and values:
                lines[name].append(values)
    read = {name: np.fromstring(" ".join(parts), sep=" ") for name, parts in lines.items()}
    leaves, split_input, left, right = (read[name].astype(np.intp) for name in _ARRAYS[:4])
    return _Trees(leaves, split_input, left, right, read["internal_value"], read["leaf_value"])


def _chunks(trees: _Trees, features: int) -> Iterator[_Trees]:
    """Yield as many trees at a time as have credits of a bounded size."""
    limit = max(1, _MAX_CELLS // (features + 1))
    ends = np.cumsum(2 * trees.leaves)
    first = 0
    while first < len(ends):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + limit, side="right")))
        yield _slice(trees, first, last)
        first = last


def _slice(trees: _Trees, first: int, last: int) -> _Trees:
    """Return the trees from `first` up to, not including, `last`."""
    leaf = np.cumsum([0, *trees.leaves])
    inner = slice(leaf[first] - first, leaf[last] - last)
    return _Trees(
        leaves=trees.leaves[first:last],
        split_input=trees.split_input[inner],
        left=trees.left[inner],
        right=trees.right[inner],
        inner_value=trees.inner_value[inner],
        leaf_value=trees.leaf_value[leaf[first] : leaf[last]],
    )


def _credits(trees: _Trees, sources: Codes, features: int) -> tuple[Array, list[int]]:
    """Return the credit of each feature (the base last) in each leaf, and each tree's first leaf.

    All trees are walked level by level together, for a loop over nodes would take longer than to
    score a thousand rows. The shape is (leaves of all trees, features + 1).
    """
    inner = np.cumsum([0, *(trees.leaves - 1)])
    leaf = np.cumsum([0, *trees.leaves]) + inner[-1]
    of_tree = np.repeat(np.arange(len(trees.leaves)), trees.leaves - 1)
    # LightGBM numbers leaves from -1 downwards; here they follow all inner nodes.
    children = np.stack(
        [
            np.where(child >= 0, child + inner[of_tree], ~child + leaf[of_tree])
            for child in (trees.left, trees.right)
        ],
        axis=1,
    )
    value = np.r_[trees.inner_value, trees.leaf_value]
    split_feature = sources[trees.split_input]
    credit = np.zeros((len(value), features + 1))
    roots = np.where(trees.leaves > 1, inner[:-1], leaf[:-1])  # a stump is its own leaf
    credit[roots, -1] = value[roots]
    level = roots[roots < inner[-1]]
    while len(level):
        below = children[level].ravel()
        above = np.repeat(level, 2)
        credit[below] = credit[above]
        credit[below, split_feature[above]] += value[below] - value[above]
        level = below[below < inner[-1]]
    return credit, [int(start) for start in leaf[:-1]]
