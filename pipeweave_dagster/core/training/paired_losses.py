"""Compare two pipelines by the loss of each row, out of fold and in pairs."""

import logging
import math
from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.metrics.metrics import Array, row_loss
from pipeweave_dagster.core.training.data.fold_features import FoldCache, Problem
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.proposal_results import ProposalResult
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.cv_result import add_fold, new_result, run_fold

_log = logging.getLogger(__name__)

CRITICAL_Z = 2.6
"""One-sided level 0.5 % for each of at most ten proposals, so 5 % for all of them."""
_Z95 = 1.96
_LEAST_FIT_S = 1.0


def out_of_fold_losses(
    problem: Problem, learner: Candidate, metric: MetricName, budget: TimeBudget
) -> Array | None:
    """Return the loss of each row by the model that did not see it; None if a fit fails.

    NaN for rows that are in no fold.
    """
    cache = FoldCache(problem)
    result = new_result(learner, cache)
    try:
        for fold in range(len(problem.folds)):
            deadline = budget.deadline(1.0, _LEAST_FIT_S)
            add_fold(result, run_fold(learner, fold, cache, metric, deadline))
    except Exception as error:  # noqa: BLE001 - a proposal that breaks a fit is not kept
        _log.info("%s: %s", learner.name, type(error).__name__)
        return None
    y, output = problem.y, result.oof
    known = ~np.isnan(output.reshape(len(y), -1)).any(axis=1)
    losses = np.full(len(y), np.nan)
    losses[known] = row_loss(metric, y[known], output[known])
    return losses


def compare_losses(
    proposal: str, before: Array, after: Array, folds: list[tuple[Index, Index]]
) -> ProposalResult:
    """Test whether a proposal lowers the loss beyond chance, and on most folds.

    Args:
        proposal: Its name.
        before: Loss of each row without it; NaN where unknown.
        after: The same with it.
        folds: Training and validation rows of each fold.
    """
    gain = before - after
    known = gain[np.isfinite(gain)]
    if len(known) < 2:
        reason = "too few rows could be compared"
        return ProposalResult(proposal=proposal, kept=False, reason=reason)
    mean, error = float(known.mean()), float(known.std(ddof=1)) / math.sqrt(len(known))
    better = sum(1 for part in _by_fold(gain, folds) if part.mean() > 0)
    significant = error > 0 and mean / error > CRITICAL_Z
    on_most_folds = better > len(folds) / 2
    reason = ""
    if not significant:
        reason = "not better than by chance"
    elif not on_most_folds:
        reason = f"better on only {better} of {len(folds)} folds"
    return ProposalResult(
        proposal=proposal,
        kept=significant and on_most_folds,
        gain=round(mean, 6),
        low=round(mean - _Z95 * error, 6),
        high=round(mean + _Z95 * error, 6),
        reason=reason,
    )


def _by_fold(gain: Array, folds: list[tuple[Index, Index]]) -> Iterator[Array]:
    """Yield the known gains of each fold that has any."""
    for _, valid in folds:
        part = gain[valid]
        part = part[np.isfinite(part)]
        if len(part):
            yield part
