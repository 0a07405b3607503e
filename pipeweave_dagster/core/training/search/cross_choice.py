"""Choose the columns that are combined, and add what is made of them to the problem."""

import logging
from dataclasses import replace
from typing import Any

import numpy as np

from pipeweave_dagster.core.model.serving import FrameEntry
from pipeweave_dagster.core.training.data.cross_features import (
    feature_crosses,
    layout_with_crosses,
    with_crosses,
)
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.search.cv_result import CvResult

_log = logging.getLogger(__name__)

_BY = "lightgbm"
_MOST_CELLS = 30_000_000


def add_crosses(
    cache: FoldCache,
    frame: list[FrameEntry],
    results: list[CvResult],
    known: list[FrameEntry] | None = None,
) -> list[FrameEntry]:
    """Add made features to the problem (in place); without a model to go by there are none.

    Args:
        cache: Whose problem gets further columns; the features of other views stay as they are.
        frame: How raw columns become features.
        results: The one of LightGBM tells which columns matter.
        known: What an earlier search on the same rows has made.

    Returns:
        The entries of `serving.prepare` that were added.
    """
    guide = next((r for r in results if r.candidate.name == _BY and r.members), None)
    problem = cache.problem
    if known is not None:
        crosses = known
    elif guide is None or not frame:
        return []
    else:
        # What is made of a column that is held monotone would not be held.
        free = [entry for entry in frame if entry["name"] not in problem.monotone]
        crosses = feature_crosses(free, problem.columns, _gains(*guide.members[0]))
    if not crosses or len(problem.y) * len(crosses) > _MOST_CELLS:
        return []
    features = with_crosses(problem.features, crosses)
    columns = layout_with_crosses(problem.columns, features, crosses)
    kept = {*columns.crosses, *columns.pairs}
    crosses = [entry for entry in crosses if entry["name"] in kept]
    cache.problem = replace(problem, features=features, columns=columns)
    _log.info("%d features were made from others", len(crosses))
    return crosses


def _gains(fit: Any, data: Any) -> dict[str, float]:
    """What the trees of a fitted LightGBM gained by each prepared column."""
    model = getattr(fit.estimator, "regressor_", fit.estimator)
    booster = model.booster_
    gains = np.asarray(booster.feature_importance(importance_type="gain"), dtype=float)
    found: dict[str, float] = {}
    for name, _, columns in data.transformer.transformers_:
        where = data.transformer.output_indices_[name]
        # A text column makes many features, and a column of many categories one a class.
        if isinstance(columns, str) or where.stop - where.start == 0:
            continue
        each = (where.stop - where.start) // len(columns)
        for index, column in enumerate(columns):
            first = where.start + index * each
            found[column] = found.get(column, 0.0) + float(gains[first : first + each].sum())
    return found
