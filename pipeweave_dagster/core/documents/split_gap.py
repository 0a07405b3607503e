"""What a split by time or by group gives beside a random one."""

from typing import Literal

from pipeweave_dagster.core.documents.base import Part
from pipeweave_dagster.core.documents.settings import MetricName


class SplitGap(Part):
    """Score of a quick model under a random split, and under one by time or by group.

    `honest` is its score on later rows, or on rows of groups that it has not learned from; `random`
    its score on the same rows with a random split. `gap` is how much the latter is better, with its
    95 % interval (paired bootstrap of whole groups, or stretches of time); `rows` are those
    that were compared. `significant` is whether the gap is beyond chance and large enough to
    matter, `used` whether test rows are chosen by this column for that reason.
    """

    kind: Literal["time", "group"]
    column: str
    metric: MetricName
    random: float
    honest: float
    gap: float
    low: float
    high: float
    rows: int
    significant: bool
    used: bool = False

    @property
    def sentence(self) -> str:
        """What was measured, in one sentence without the name of the column."""
        seen = "later rows" if self.kind == "time" else "rows of groups that it does not know"
        return (
            f"A quick model has {self.metric} {self.honest:.3g} on {seen}, and {self.random:.3g} "
            f"on the same rows after a random split (gap {self.gap:.3g}, 95 % interval "
            f"{self.low:.3g} to {self.high:.3g})."
        )
