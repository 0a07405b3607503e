"""What each threshold of a model with two classes means on its test rows: errors and cost."""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import Costs, Part

_STEPS = 101


class ThresholdRow(Part):
    """The test rows at one threshold: counts of both errors and of both hits, and the mean cost.

    Rows whose probability is at or above the threshold are predicted positive.
    """

    threshold: float
    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    cost: float

    @property
    def precision(self) -> float | None:
        """Share of the rows predicted positive that are."""
        return _share(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> float | None:
        """Share of the positive rows that are predicted positive."""
        return _share(self.true_positive, self.true_positive + self.false_negative)


def threshold_table(test_rows: Path, positive: str, costs: Costs) -> list[ThresholdRow]:
    """Return one row per threshold from 0 to 1 in steps of one hundredth.

    Args:
        test_rows: The test rows of a model, with its probabilities.
        positive: The positive class.
        costs: Cost of a false positive and of a false negative.
    """
    import numpy as np
    import pandas as pd

    from pipeweave_dagster.core.metrics.decision_costs import mean_cost

    scored = f"probability_{positive}"
    rows = pd.read_parquet(test_rows, columns=["target", scored])
    is_positive = (rows["target"].astype(str) == positive).to_numpy(dtype=bool)
    scores = rows[scored].to_numpy(dtype=float)
    found = []
    for threshold in np.linspace(0, 1, _STEPS):
        predicted = scores >= threshold
        found.append(
            ThresholdRow(
                threshold=round(float(threshold), 2),
                true_positive=int(np.sum(predicted & is_positive)),
                false_positive=int(np.sum(predicted & ~is_positive)),
                false_negative=int(np.sum(~predicted & is_positive)),
                true_negative=int(np.sum(~predicted & ~is_positive)),
                cost=mean_cost(is_positive, scores, float(threshold), costs),
            )
        )
    return found


def cheapest(rows: Sequence[ThresholdRow]) -> ThresholdRow:
    """Return the row with the least cost."""
    return min(rows, key=lambda row: row.cost)


def nearest(rows: Sequence[ThresholdRow], threshold: float) -> ThresholdRow:
    """Return the row whose threshold is nearest to another one."""
    return min(rows, key=lambda row: abs(row.threshold - threshold))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
