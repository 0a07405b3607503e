"""What the members of an ensemble cost after the search, and which of them there is time for."""

from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.greedy_selection import Weighted
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy

_LEAST_REFIT_S = 0.05
"""Seconds of a refit that do not depend on rows."""


def seconds_beyond_reserve(
    results: list[CvResult],
    test_rows: int,
    reserve_s: float,
    policy: SearchPolicy = DEFAULT_POLICY,
) -> float:
    """Return the seconds that predicting and storing take beyond the budget's reserve."""
    wanted = sum(result.output_seconds(test_rows) for result in results)
    return max(0.0, wanted - policy.output_part * reserve_s)


def affordable_models(
    weighted: Weighted, test_rows: int, left_s: float, policy: SearchPolicy = DEFAULT_POLICY
) -> int:
    """Return how many models per candidate can predict and be stored in half of the time left."""
    once = sum(result.output_seconds(test_rows) for result, _ in weighted)
    return int(policy.output_part * left_s / max(once, 1e-9))


def refit_seconds(weighted: Weighted, rows: int, policy: SearchPolicy = DEFAULT_POLICY) -> float:
    """Return the expected seconds of fitting all members on all rows, once each."""
    return sum(expected_refit_s(result, rows, policy) for result, _ in weighted)


def expected_refit_s(result: CvResult, rows: int, policy: SearchPolicy = DEFAULT_POLICY) -> float:
    """Return the expected seconds of one member on all rows: proportional to their number.

    The seconds of a fold include computing its features.
    """
    growth = rows / max(result.fold_rows, 1)
    return result.fold_seconds * growth * policy.slower_fit + _LEAST_REFIT_S


def drop_unaffordable(
    weighted: Weighted,
    rows: int,
    seconds: float,
    parallel_fits: int = 1,
    policy: SearchPolicy = DEFAULT_POLICY,
) -> Weighted | None:
    """Drop the members that cost most for their weight until the rest can be refitted in time.

    Args:
        weighted: The ensemble.
        rows: How many rows the refit has.
        seconds: How long it may take.
        parallel_fits: How many fits run at a time; one member cannot be divided among them.
        policy: How far the expected time is trusted, and the least weight that is kept.

    Returns:
        The members with weights that sum to 1, or None if less than half of the weight can be
        fitted in time; then the models of the folds predict, and the time goes to further folds.
    """
    hopeful = policy.hopeful_fit
    kept = [m for m in weighted if hopeful * expected_refit_s(m[0], rows, policy) <= seconds]
    if sum(weight for _, weight in kept) < policy.min_weight_kept:
        return None
    while refit_seconds(kept, rows, policy) > seconds * parallel_fits:
        costs = [expected_refit_s(result, rows, policy) / weight for result, weight in kept]
        del kept[_most_expensive(costs)]
        if sum(weight for _, weight in kept) < policy.min_weight_kept:
            return None
    return _normalised(kept)


def drop_slow_predictors(weighted: Weighted, test_rows: int, seconds: float) -> Weighted:
    """Drop the members that predict slowest for their weight until all predict in time.

    One member stays in any case.
    """
    kept = list(weighted)
    while len(kept) > 1 and sum(r.output_seconds(test_rows) for r, _ in kept) > seconds:
        costs = [r.output_seconds(test_rows) / weight for r, weight in kept]
        del kept[_most_expensive(costs)]
    return _normalised(kept)


def _normalised(weighted: Weighted) -> Weighted:
    total = sum(weight for _, weight in weighted)
    return [(result, weight / total) for result, weight in weighted]


def _most_expensive(costs: list[float]) -> int:
    return max(range(len(costs)), key=costs.__getitem__)
