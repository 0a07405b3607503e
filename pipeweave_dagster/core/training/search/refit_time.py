"""What the members of a mixture cost after the search, and which of them there is time for."""

from pipeweave_dagster.core.training.search.cv_result import CvResult
from pipeweave_dagster.core.training.search.greedy_selection import Weighted

SLOWER = 1.3
"""A further fit may take so much longer than the ones before."""
HOPEFUL = 0.7
"""Of what is expected (which is on the safe side), for a fit that watches the clock by itself."""
LEAST_KEPT = 0.5
"""Of the weight: with less, the rest would be another model than the one that was chosen."""
END_PART = 0.5
"""Of the clock's reserve, for asking and storing the models before the refit; then again after."""


def seconds_beyond_reserve(results: list[CvResult], test_rows: int, reserve_s: float) -> float:
    """Seconds that the end of these candidates takes beyond what the clock keeps for it."""
    wanted = sum(result.output_seconds(test_rows) for result in results)
    return max(0.0, wanted - END_PART * reserve_s)


def affordable_models(weighted: Weighted, test_rows: int, room_s: float) -> int:
    """How many models of each candidate can be asked and stored in half of the time kept."""
    once = sum(result.output_seconds(test_rows) for result, _ in weighted)
    return int(END_PART * room_s / max(once, 1e-9))


def refit_seconds(weighted: Weighted, rows: int) -> float:
    """How long fitting the chosen candidates on all rows is expected to take, once each."""
    return sum(expected_refit(result, rows) for result, _ in weighted)


def expected_refit(result: CvResult, rows: int) -> float:
    """Seconds for one candidate on all rows.

    More rows than in a fold cost in proportion (the pace holds the features, too).
    """
    growth = rows / max(result.fold_rows, 1)
    return result.fold_seconds * growth * SLOWER + 0.05


def drop_unaffordable(
    weighted: Weighted, rows: int, seconds: float, parallel_fits: int = 1
) -> Weighted | None:
    """The ensemble without the members that cost most for their weight, until it can be refitted.

    None where not even half of the weight can be fitted in time; then the models of the folds
    answer, and the time is better spent on further folds.

    Args:
        weighted: The ensemble.
        rows: How many rows the refit has.
        seconds: How long it may take.
        parallel_fits: How many fits run at a time; no single one can be divided among them.
    """
    kept = [pair for pair in weighted if HOPEFUL * expected_refit(pair[0], rows) <= seconds]
    if sum(weight for _, weight in kept) < LEAST_KEPT:
        return None
    while refit_seconds(kept, rows) > seconds * parallel_fits:
        del kept[_dearest([expected_refit(result, rows) / weight for result, weight in kept])]
        if sum(weight for _, weight in kept) < LEAST_KEPT:
            return None
    total = sum(weight for _, weight in kept)
    return [(result, weight / total) for result, weight in kept]


def drop_slow_predictors(weighted: Weighted, test_rows: int, seconds: float) -> Weighted:
    """The ensemble without the members that cost most for their weight, until it is quick enough.

    One member stays in any case.
    """
    kept = list(weighted)
    while len(kept) > 1 and sum(r.output_seconds(test_rows) for r, _ in kept) > seconds:
        del kept[_dearest([r.output_seconds(test_rows) / weight for r, weight in kept])]
    total = sum(weight for _, weight in kept)
    return [(result, weight / total) for result, weight in kept]


def _dearest(costs: list[float]) -> int:
    return max(range(len(costs)), key=costs.__getitem__)
