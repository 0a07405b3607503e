"""The performance to expect of a batch before its labels arrive.

Labels are drawn as the model expects them, and the predictions are scored against the draws, which
gives every metric with an interval for the batch. For classes a label is drawn with the predicted
probabilities (confidence-based estimation, as NannyML's CBPE). For values the error is drawn from
the test rows with predictions of the same size. Both hold as long as the relation of features and
target has not changed, which only labels can show.
"""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import Estimate, MetricName
from pipeweave_dagster.core.metrics.all_metrics import Scores, scorer_for
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.performance.label_draws import draws_of

MOST_ROWS = 20_000
"""Of a larger batch a sample is scored; its interval is that of the sample, hence wider."""
_DRAWS = 100


def expected_scores(output: Array, test: ScoredTest, metric: MetricName) -> dict[str, Estimate]:
    """Return the expected metrics of a batch with 95 % intervals; empty without rows.

    Args:
        output: Predicted probabilities (rows, classes) or values (rows,) of the batch.
        test: The model's test rows, which tell how far its outputs can be trusted.
        metric: The metric that is corrected by the error of the same estimate on the test rows, if
            that cannot be chance.
    """
    rng = np.random.default_rng(0)
    output = output[are_known(output)]
    estimates = _estimates(output, test, rng)
    if not estimates or not test.classes:  # errors of values are those of the test rows
        return estimates
    actual = scorer_for(len(test.classes))(test.y, test.output, None)[metric]
    found = _estimates(test.output, test, rng)[metric]
    if actual is None or found.value is None or found.low is None or found.high is None:
        return estimates
    if found.low <= actual <= found.high:
        return estimates
    moved = _corrected(estimates[metric], found.value, actual, metric, len(test.y))
    return {**estimates, metric: moved}


def are_known(output: Array) -> NDArray[np.bool_]:
    """Return which rows have a prediction; rows unlike the training rows may have none."""
    known = np.isfinite(output)
    return np.asarray(known.all(axis=1) if output.ndim > 1 else known, dtype=np.bool_)


def _estimates(output: Array, test: ScoredTest, rng: np.random.Generator) -> dict[str, Estimate]:
    if not len(output) or not len(test.y):
        return {}
    if len(output) > MOST_ROWS:
        output = output[np.sort(rng.permutation(len(output))[:MOST_ROWS])]
    draw, compute = draws_of(output, test), scorer_for(len(test.classes))
    drawn: list[Scores] = [compute(draw(rng), output, None) for _ in range(_DRAWS)]
    return {name: _estimate([scores[name] for scores in drawn]) for name in drawn[0]}


def _estimate(values: list[float | None]) -> Estimate:
    known = np.array([v for v in values if v is not None], dtype=np.float64)
    if 2 * len(known) < len(values):
        return Estimate(value=None)
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(value=float(known.mean()), low=float(low), high=float(high))


def _corrected(
    estimate: Estimate, expected: float, actual: float, metric: MetricName, rows: int
) -> Estimate:
    """Correct an estimate by what the same estimate of the test rows was wrong by.

    A log loss is corrected by a factor, a score between 0 and 1 by the difference of the log odds:
    a difference of the scores themselves would leave the range of the metric, so that a batch that
    is easier than the test rows would be expected to have no error at all.
    """
    least = 0.5 / rows  # what so many rows cannot tell from 0 or from 1

    def odds(score: float) -> float:
        bounded = min(max(score, least), 1 - least)
        return float(np.log(bounded / (1 - bounded)))

    def corrected(score: float | None) -> float | None:
        if score is None:
            return None
        if metric == "log_loss":
            return score * max(actual, least) / max(expected, least)
        return float(1 / (1 + np.exp(-odds(score) - odds(actual) + odds(expected))))

    value, low, high = map(corrected, (estimate.value, estimate.low, estimate.high))
    return Estimate(value=value, low=low, high=high)
