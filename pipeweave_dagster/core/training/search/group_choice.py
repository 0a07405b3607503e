"""Choose which numbers candidates named `grouped` see relative to which groups; often none."""

import logging
from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.relative_features import RELATIVE, USE, layout_with_groups
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.data.group_features import (
    Errors,
    columns_of,
    judged_features,
    significant,
)
from pipeweave_dagster.core.training.data.group_keys import Group, groups_of
from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.parallel_fits import FitTask, run_parallel
from pipeweave_dagster.core.training.search.policy import SearchPolicy
from pipeweave_dagster.core.training.search.search import Search

_log = logging.getLogger(__name__)
_MOST_CLASSES = 8


def add_group_features(search: Search, known: list[FrameEntry] | None = None) -> list[FrameEntry]:
    """Add numbers relative to groups to the problem (in place), where they tell of errors.

    Args:
        search: The layout of its problem gets them; the features of other views stay as they are.
        known: Those of an earlier search on the same rows, among its feature crosses.

    Returns:
        An entry for each, which `prepare_features.prepare` skips.
    """
    cache, problem = search.cache, search.cache.problem
    if known is not None:
        chosen = [entry for entry in known if entry["use"] == USE]
    else:
        features, most = problem.features.iloc[problem.folds[0][0]], search.policy.tested_groups
        groups = groups_of(features, problem.columns, {*problem.monotone}, most) if most else []
        guide = _guide(search) if groups else None
        errors = _errors(problem, guide) if guide else None
        chosen = _chosen(problem, groups, errors, search.policy) if errors else []
    if chosen:
        cache.problem = replace(problem, columns=layout_with_groups(problem.columns, chosen))
        _log.info("added %s relative to groups", counted(len(chosen), "number"))
    return chosen


def _guide(search: Search) -> CvResult | None:
    """Return a candidate with enough validation rows to tell errors from chance, if there is time.

    On a small table it does further folds, which other candidates do later.
    """
    policy, folds = search.policy, search.cache.problem.folds
    usable = [r for r in search.ranking.models_best_first(1) if not (r.released or r.note)]
    named = [r for r in usable if r.candidate.name == policy.cross_guide]
    guide = next(iter([*named, *usable]), None)
    if guide is None:
        return None
    started = search.budget.used_s

    def next_task() -> FitTask | None:
        rows = sum(len(valid) for _, valid in folds[: guide.folds_done])
        used = search.budget.used_s - started + guide.fold_seconds
        enough = rows >= policy.group_rows or guide.folds_done >= search.comparison_folds
        if enough or guide.note or used > policy.group_share * search.budget.left_s:
            return None
        return search.fold_task(guide, search.budget.deadline(policy.group_share, 1.0))

    run_parallel(1, next_task)
    return guide


def _chosen(
    problem: Problem, groups: list[Group], errors: Errors, policy: SearchPolicy
) -> list[FrameEntry]:
    """Return the features that are significant, the surest first."""
    columns = problem.columns
    pairs = policy.max_group_cells // (len(errors.folds) * len(problem.y))
    numbers = [name for name in columns.numbers if name not in problem.monotone]
    numbers = numbers[: min(policy.tested_numbers, pairs // len(groups))]
    known = {(name,) for name in (*columns.few, *columns.many)}
    judged = judged_features(errors, numbers, groups, [g for g in groups if g not in known])
    sure = significant(judged, policy.group_p)
    relative = [entry for entry in sure if entry["operator"] == RELATIVE]
    encoded = [entry for entry in sure if entry["operator"] != RELATIVE]
    most = min(policy.max_relative, policy.max_relative_cells // len(problem.y))
    return [*relative[:most], *encoded[: policy.max_encoded]]


def _errors(problem: Problem, guide: CvResult) -> Errors | None:
    """Return the errors of a candidate on the folds that it has done, a column per class."""
    folds = problem.folds[: guide.folds_done]
    valid = np.concatenate([valid for _, valid in folds])
    output, y = guide.oof[valid], problem.y
    if np.isnan(output).any():
        return None
    if not problem.classes:
        left = y[valid] - output
        # Ranks: a few large errors would hide the others.
        ranks = np.argsort(np.argsort(left, kind="stable"), kind="stable") / len(left)
        return Errors(problem.features, folds, y[:, None], (ranks - ranks.mean())[:, None])
    truth = (y[:, None] == np.arange(problem.classes)).astype(np.float64)
    errors = truth[valid] - output
    kept = columns_of(errors, 1 if problem.classes == 2 else _MOST_CLASSES)
    return Errors(problem.features, folds, truth[:, kept], errors[:, kept])
