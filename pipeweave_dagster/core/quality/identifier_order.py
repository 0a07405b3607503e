"""Whether the order of an identifier, such as a row number, is used as a feature."""

import math

from pipeweave_dagster.core.columns.predictive_power import Power
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

_NOISE = {"auc": 1.2, "r2": 2.0}
"""Four standard errors of an uninformative column's metric, times the root of its sample size."""
_MIN_POWER = {"auc": 0.53, "r2": 0.02}
_MAX_POWER = {"auc": 0.85, "r2": 0.6}
"""From here on the rows were numbered in the order of the target."""


def power_of_order(case: Case, info: ColumnDeduction) -> Power | None:
    """Return the power of an identifier whose order is used as a feature, else None.

    None also if the power is noise, or too good to be true.
    """
    if info.storage != "integer" or info.pii or info.distinct < case.table.rows // 2:
        return None
    try:
        power, target = case.univariate_power.get(info.name), case.target
    except NotApplicableError:
        return None
    if power is None or not _MIN_POWER[power.metric] <= power.value < _MAX_POWER[power.metric]:
        return None
    rows = int(target.known.sum())
    if power.metric == "auc":
        rows -= int(
            target.counts.max()
        )  # rows outside the largest class; of two classes, the minority
    chance = 0.5 if power.metric == "auc" else 0.0
    return power if power.value - chance > _NOISE[power.metric] / math.sqrt(rows) else None
