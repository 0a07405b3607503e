"""Which pairs of columns may act together, and the constraints that keep all others apart."""

from dataclasses import replace
from typing import Any

import numpy as np

from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.families.search_space import LOG, READABLE
from pipeweave_dagster.core.training.data.fold_features import FoldCache

_MOST_PAIRS = 6
_ROUNDS = 60
_GUIDE = {"num_leaves": 4, "max_depth": 2, "learning_rate": 0.1, READABLE: True}

Pair = tuple[str, str]


def strongest_pairs(
    cache: FoldCache, fold: int, deadline: float, *, log_target: bool = False
) -> list[Pair]:
    """Return the pairs of columns that follow each other in trees of depth two, by their gain.

    Args:
        cache: The folds; only the training rows of one are used.
        fold: Which.
        deadline: End of the fit.
        log_target: Whether log(1 + y) is learned.
    """
    guide = Candidate("pairs", "lightgbm", _GUIDE | ({LOG: True} if log_target else {}))
    data = cache.get(guide.view, fold)
    rows = replace(cache.rows(guide.view, data, _ROUNDS), x_valid=None, y_valid=None)
    model = fit_candidate(guide, rows, deadline).estimator
    model = getattr(model, "regressor_", model)
    columns = columns_of_inputs(data.transformer, rows.x.shape[1])
    gains: dict[Pair, float] = {}
    for tree in model.booster_.dump_model()["tree_info"]:
        root = tree["tree_structure"]
        for side in ("left_child", "right_child"):
            child = root.get(side, {})
            if "split_feature" not in child:
                continue
            first, second = sorted(columns[node["split_feature"]] for node in (root, child))
            if first != second:
                gain = float(child["split_gain"])
                gains[first, second] = gains.get((first, second), 0.0) + gain
    return sorted(gains, key=lambda pair: -gains[pair])[:_MOST_PAIRS]


def constraints(transformer: Any, width: int, pairs: list[Pair]) -> str:
    """Return the sets of inputs that may meet in a tree: those of one column, or of a pair.

    As text, which LightGBM takes as well: skops writes each list of numbers as a tree of its own,
    seconds for 200 columns.
    """
    columns = np.array(columns_of_inputs(transformer, width), dtype=object)
    sets = [(name,) for name in dict.fromkeys(columns)]
    places = (np.flatnonzero(np.isin(columns, own)) for own in [*sets, *pairs])
    return ",".join(f"[{','.join(map(str, own))}]" for own in places)


def columns_of_inputs(transformer: Any, width: int) -> list[str]:
    """Return the prepared column that each input of a model was made from."""
    found = [""] * width
    for name, _, columns in transformer.transformers_:
        where = transformer.output_indices_[name]
        sources = [columns] if isinstance(columns, str) else list(columns)
        each = (where.stop - where.start) // max(1, len(sources))
        for place in range(where.start, where.stop):
            found[place] = sources[min(len(sources) - 1, (place - where.start) // max(1, each))]
    return found
