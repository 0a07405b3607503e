"""PW603: rows of different times, but split at random."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import rank_correlation
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.gap_hits import gap_hits
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MIN_RANK_CORRELATION = 0.95
MIN_DISTINCT = 20


def check(case: Case) -> Iterator[Hit]:
    """Split by a date where a quick model is worth less on later rows than a random split says.

    Without enough rows to test that: alert if the file is sorted by a date but the split is not.
    """
    dates = [c for c in case.table.features if c.info.storage in {"date", "datetime"}]
    if not dates or case.schema.target.name is None:
        raise NotApplicableError("there are no date columns")
    if case.settings.split.time:
        return
    yield from gap_hits(case, "time")
    tested = {gap.column for gap in case.split_gaps}
    for column in dates:
        if column.name not in tested and not case.settings.split.random and _is_sorted(column):
            yield Hit(
                "alerted",
                "The rows are sorted by it. With a random split, test rows lie between training "
                "rows in time, so the score is optimistic for later rows.",
                [column.name],
                {"moments": column.distinct},
                "Test on the latest rows: set split: {time: NAME}.",
                {"split": {"time": column.name}},
            )
            return


def _is_sorted(column: Column) -> bool:
    if column.distinct < MIN_DISTINCT or column.missing > 0.05 * column.rows:
        return False
    rows = np.arange(column.rows, dtype=np.int32)
    return abs(rank_correlation(column.codes, rows)) >= MIN_RANK_CORRELATION


GUARDRAIL = Guardrail("PW603", "Split respects the order of time", "rows", check, after_proofs=True)
