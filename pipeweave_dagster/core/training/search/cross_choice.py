"""Choose the columns to cross, and add their feature crosses to the problem."""

import logging
from dataclasses import replace

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.derived_features import USE
from pipeweave_dagster.core.training.data.cross_features import (
    feature_crosses,
    layout_with_crosses,
    with_crosses,
)
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy

_log = logging.getLogger(__name__)


def add_crosses(
    cache: FoldCache,
    frame: list[FrameEntry],
    results: list[CvResult],
    policy: SearchPolicy = DEFAULT_POLICY,
    known: list[FrameEntry] | None = None,
) -> list[FrameEntry]:
    """Add feature crosses to the problem (in place); there are none without a model to go by.

    Args:
        cache: Its problem gets further columns; the features of other views stay as they are.
        frame: How raw columns become features.
        results: The gains of one (`policy.cross_guide`) show which columns matter.
        policy: How many columns are crossed.
        known: The crosses of an earlier search on the same rows.

    Returns:
        The entries of `prepare_features.prepare` that were added.
    """
    guide = next((r for r in results if r.candidate.name == policy.cross_guide and r.members), None)
    problem = cache.problem
    if known is not None:
        crosses = [entry for entry in known if entry["use"] == USE]
    elif guide is None or not frame:
        return []
    else:
        # A cross of a monotone column would not be monotone in it.
        free = [entry for entry in frame if entry["name"] not in problem.monotone]
        gains = _split_gains(guide)
        limits = policy.crossed_numbers, policy.crossed_categories
        crosses = feature_crosses(free, problem.columns, gains, limits)
    if not crosses or len(problem.y) * len(crosses) > policy.max_cross_cells:
        return []
    features = with_crosses(problem.features, crosses)
    most = policy.max_cross_correlation
    columns = layout_with_crosses(problem.columns, features, crosses, most)
    kept = {*columns.crosses, *columns.pairs}
    crosses = [entry for entry in crosses if entry["name"] in kept]
    cache.problem = replace(problem, features=features, columns=columns)
    _log.info("added %s", counted(len(crosses), "feature cross"))
    return crosses


def _split_gains(guide: CvResult) -> dict[str, float]:
    """Return the total gain of each prepared column in the first fold of the guide."""
    fit, data = guide.members[0]
    model = getattr(fit.estimator, "regressor_", fit.estimator)
    gains = FAMILIES[guide.candidate.family].gains(model)
    total: dict[str, float] = {}
    for name, _, columns in data.transformer.transformers_:
        inputs = data.transformer.output_indices_[name]
        width = inputs.stop - inputs.start
        # A text column makes many features, and a column of many categories one per class.
        if isinstance(columns, str) or width == 0:
            continue
        each = width // len(columns)
        for index, column in enumerate(columns):
            first = inputs.start + index * each
            total[column] = total.get(column, 0.0) + float(gains[first : first + each].sum())
    return total
