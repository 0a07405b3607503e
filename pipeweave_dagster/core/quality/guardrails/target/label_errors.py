"""PW107: labels that contradict the other columns of their row."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.label_noise import MAX_BINS, positive_probabilities
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_PROBABILITY = 0.05
MIN_RATIO = 1.75
MIN_EXCESS = 0.005
ROWS_PER_BIN = 10
MAX_ROWS = 100_000
MAX_LISTED = 20
SEED = 0


def check(case: Case) -> Iterator[Hit]:
    """Alert if unlikely labels are more frequent than their probabilities explain.

    Probabilities are out of sample. Where the minority class has few rows per bin of the features
    they would be overconfident, so nothing is reported.
    """
    target = case.class_target
    columns = [c for c in case.candidate_predictors if c.info.role == "feature" and c.distinct > 1]
    if target.classes != 2 or not _enough_rows(columns, target):
        raise NotApplicableError("there are too few rows to check individual labels")
    rows = np.flatnonzero(target.known)
    if len(rows) > MAX_ROWS:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, MAX_ROWS, replace=False))
    p = positive_probabilities(columns, target, case.half_of_row, rows)
    of_label = np.where(target.codes[rows] == target.positive, p, 1 - p)
    of_rarer = np.minimum(p, 1 - p)
    unlikely = int((of_label < MAX_PROBABILITY).sum())
    expected = float(of_rarer[of_rarer < MAX_PROBABILITY].sum())
    if unlikely < MIN_RATIO * expected or (unlikely - expected) / len(rows) < MIN_EXCESS:
        return
    listed = rows[np.argsort(of_label, kind="stable")][:MAX_LISTED]
    yield Hit(
        "alerted",
        f"{unlikely:,} labels are unlikely given the other columns; {expected:,.0f} would be "
        "expected by chance. Some of them are probably wrong.",
        [target.name],
        {
            "rows": unlikely,
            "by_chance": round(expected, 1),
            "judged_rows": len(rows),
            "seed": SEED if len(rows) == MAX_ROWS else None,
            "first": [int(row) + 1 for row in listed],
        },
        f"Review the least likely ones: rows {', '.join(str(row + 1) for row in listed[:5])} of "
        "the table.",
    )


def _enough_rows(columns: list[Column], target: Target) -> bool:
    bins = sum(min(column.distinct, MAX_BINS) for column in columns)
    return bool(columns) and int(target.counts.min()) >= ROWS_PER_BIN * bins


GUARDRAIL = Guardrail("PW107", "Labels are consistent with the features", "target", check)
