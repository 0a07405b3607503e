"""Which groups of features made the forests prefer one type of a column to another.

The value of a node is the mean of the leaves below it; a split contributes the difference between
the node that a column goes to and the node that it comes from (Saabas 2014). Summed over all
trees, the contributions and the mean of all leaves are exactly the forest's output.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.schema.type_model.forests import CLASSES, Floats, load_model


def contributions(
    inputs: NDArray[np.float32], preferred: Sequence[int], other: Sequence[int]
) -> Floats:
    """Return what each feature adds to the log-odds of one class against another.

    Args:
        inputs: The forests' inputs, shape (columns, features).
        preferred: Index of each column's preferred class.
        other: Index of the class that it is compared with.

    Returns:
        Shape (columns, features).
    """
    model = load_model()
    total = np.zeros(inputs.shape)
    for roots in (model["first"], model["second"]):
        for sign, classes in ((0.5, preferred), (-0.5, other)):
            own = np.stack([roots[c :: len(CLASSES)] for c in classes])
            total += sign * _of_trees(inputs, own, _ends(model), model)
    return total


def _ends(model: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Return, per node, where the nodes of its tree end, if it is a root; else 0."""
    roots = np.concatenate([model["first"], model["second"]]).astype(np.int64)
    ends = np.zeros(len(model["feature"]) + 1, np.int64)
    order = np.sort(roots)
    ends[order] = np.append(order[1:], len(model["feature"]))
    return ends


def _of_trees(
    inputs: NDArray[np.float32],
    roots: NDArray[np.int32],
    ends: NDArray[np.int64],
    model: dict[str, NDArray[Any]],
) -> Floats:
    """Sum the contributions of some trees per column; `roots` has shape (columns, trees)."""
    feature, threshold, right = model["feature"], model["threshold"], model["right"]
    leaf = feature < 0
    sums = np.append(0.0, np.cumsum(np.where(leaf, threshold, 0.0), dtype=np.float64))
    counts = np.append(0, np.cumsum(leaf))
    node = roots.ravel().astype(np.int64)
    end = ends[node]
    row = np.repeat(np.arange(len(inputs)), roots.shape[1])
    found = np.zeros(inputs.shape)
    active = np.flatnonzero(~leaf[node])
    while len(active):
        at, stop = node[active], end[active]
        split, middle = feature[at].astype(np.int64), at + right[at]
        left = inputs[row[active], split] <= threshold[at]
        to, to_end = np.where(left, at + 1, middle), np.where(left, middle, stop)
        change = _mean(sums, counts, to, to_end) - _mean(sums, counts, at, stop)
        np.add.at(found, (row[active], split), change)
        node[active], end[active] = to, to_end
        active = active[~leaf[to]]
    return found


def _mean(
    sums: Floats, counts: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> Floats:
    """Return the mean of the leaves of each subtree, which is a range of nodes."""
    return np.asarray((sums[end] - sums[start]) / (counts[end] - counts[start]))
