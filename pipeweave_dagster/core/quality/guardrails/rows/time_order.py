"""PW603: rows that come in the order of time should be tested on the latest ones."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import rank_correlation
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

ORDERED = 0.95
MIN_MOMENTS = 20


def check(case: Case) -> Iterator[Hit]:
    """Alert where the file is sorted by a date and the split is not: the test would look back."""
    dates = [c for c in case.table.features if c.info.storage in {"date", "datetime"}]
    if not dates or case.schema.target.name is None:
        raise NotApplicableError("there are no dates")
    if case.settings.split.time:
        return
    for column in dates:
        if _sorted(column):
            yield Hit(
                "alerted",
                "The rows come in its order. A random test part lies between the training rows, "
                "so the score will be better than what later rows will show.",
                [column.name],
                {"moments": column.distinct},
                "Test on the latest rows: set `split: {time: …}`.",
                {"split": {"time": column.name}},
            )
            return


def _sorted(column: Column) -> bool:
    if column.distinct < MIN_MOMENTS or column.missing > 0.05 * column.rows:
        return False
    rows = np.arange(column.rows, dtype=np.int32)
    return abs(rank_correlation(column.codes, rows)) >= ORDERED


GUARDRAIL = Guardrail("PW603", "Time is respected by the split", "rows", check)
