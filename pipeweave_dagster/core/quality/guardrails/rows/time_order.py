"""PW603: rows of different times, but split at random."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.predictive_power import rank_correlation
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.gap_hits import gap_hits
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError
from pipeweave_dagster.core.quality.patch_text import setting_text

MIN_RANK_CORRELATION = 0.95
MIN_DISTINCT = 20
MOST_BACKWARDS = 0.05


def check(case: Case) -> Iterator[Hit]:
    """Split by a date where a quick model is worth less on later rows than a random split says.

    Where that was not tested (few rows, or no time for it): alert if the rows are in the order of
    a date and no setting says how to split them.
    """
    dates = [c for c in case.table.features if c.info.storage in {"date", "datetime"}]
    if not dates or case.schema.target.name is None:
        raise NotApplicableError("there are no date columns")
    if case.settings.split.time:
        return
    yield from gap_hits(case, "time")
    if case.settings.split.random or case.settings.split.group:
        return
    tested = {gap.column for gap in case.split_gaps}
    for column in dates:
        if column.name not in tested and _is_sorted(column):
            patch = {"split": {"time": column.name}}
            yield Hit(
                "alerted",
                "The rows are in its order. With a random split, test rows lie between training "
                "rows in time, so the score may be optimistic for later rows; that was not "
                "measured, for lack of rows or of time.",
                [column.name],
                {"moments": column.distinct},
                f"If new rows are later ones, set {setting_text(patch)}.",
                patch,
            )
            return


def _is_sorted(column: Column) -> bool:
    if column.distinct < MIN_DISTINCT or column.missing > 0.05 * column.rows:
        return False
    rows = np.arange(column.rows, dtype=np.int32)
    if _share_backwards(column) > MOST_BACKWARDS:
        return False
    return abs(rank_correlation(column.codes, rows)) >= MIN_RANK_CORRELATION


def _share_backwards(column: Column) -> float:
    """Return the share of steps from row to row against the column's main direction.

    A date that only goes along with the sorted one has a high rank correlation too.
    """
    codes = column.codes[column.codes >= 0].astype(np.int64)
    steps = np.diff(codes)
    return float(min(np.mean(steps < 0), np.mean(steps > 0))) if len(steps) else 0.0


GUARDRAIL = Guardrail("PW603", "Split respects the order of time", "rows", check, after_proofs=True)
