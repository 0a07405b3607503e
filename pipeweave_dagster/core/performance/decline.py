"""Whether a measured score is worse than that of the model's test rows."""

import math
from collections.abc import Sequence
from statistics import NormalDist

from pipeweave_dagster.core.documents import BatchRecord, Estimate
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.monitoring.error_rate import level_of

_WIDTH = 2 * NormalDist().inv_cdf(0.975)


def is_worse(measured: Estimate, test: Estimate, *, greater: bool, level: float) -> bool:
    """Return whether a score is worse than another one by more than chance (z-test).

    Args:
        measured: The score with its 95 % interval.
        test: The score to compare with; False if either has no interval.
        greater: Whether greater scores are better.
        level: Probability of a wrong alarm.
    """
    errors = [_standard_error(measured), _standard_error(test)]
    if measured.value is None or test.value is None or None in errors:
        return False
    decline = (test.value - measured.value) if greater else (measured.value - test.value)
    spread = math.hypot(*(e or 0.0 for e in errors))
    return decline > NormalDist().inv_cdf(1 - level) * spread and decline > 0


def worse_batches(records: Sequence[BatchRecord], tests: dict[str, Estimate]) -> list[str]:
    """Return the batches on which the champion is worse than on its test rows, the oldest first.

    The levels of all batches add up to 0.05, so false alarms stay rare however many there are.

    Args:
        records: All batches, the oldest first.
        tests: Score on the test rows by model version.
    """
    found: list[str] = []
    measured = [r for r in records if r.role == "champion" and r.metric in r.measured]
    for number, record in enumerate(measured, start=1):
        if record.metric is None or record.model_version not in tests:
            continue
        if is_worse(
            record.measured[record.metric],
            tests[record.model_version],
            greater=GREATER_IS_BETTER[record.metric],
            level=level_of(number),
        ):
            found.append(record.batch)
    return found


def _standard_error(score: Estimate) -> float | None:
    if score.low is None or score.high is None:
        return None
    return (score.high - score.low) / _WIDTH
