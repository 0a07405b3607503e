"""PW107: labels that everything else in their row speaks against."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.columns.target import Target
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit
from pipeweave_dagster.core.quality.label_noise import MAX_BINS, label_odds
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

UNLIKELY = 0.05
OFTENER = 1.75
MIN_SHARE = 0.005
ROWS_PER_LEVEL = 10
MAX_ROWS = 100_000
SHOWN = 20
SEED = 0


def check(case: Case) -> Iterator[Hit]:
    """Compare how often labels are unlikely with how often chance would make them so.

    Probabilities come from rows of the other half; where the rarer class has few rows for each
    level of the features they would be too sure of themselves, and nothing is said.
    """
    target = case.classes
    columns = [c for c in case.suspects if c.info.role == "feature" and c.distinct > 1]
    if target.classes != 2 or not _enough(columns, target):
        raise NotApplicableError("there are too few rows to judge single labels")
    rows = np.flatnonzero(target.known)
    if len(rows) > MAX_ROWS:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, MAX_ROWS, replace=False))
    p = label_odds(columns, target, case.half, rows)
    odd = np.where(target.codes[rows] == target.positive, p, 1 - p)
    rarer = np.minimum(p, 1 - p)
    found = rows[odd < UNLIKELY]
    chance = float(rarer[rarer < UNLIKELY].sum())
    excess = (len(found) - chance) / len(rows)
    if len(found) < OFTENER * chance or excess < MIN_SHARE:
        return
    order = rows[np.argsort(odd, kind="stable")][:SHOWN]
    yield Hit(
        "alerted",
        f"{len(found):,} labels are unlikely by all that stands beside them; chance would make it "
        f"{chance:,.0f}. Some of them are probably wrong.",
        [target.name],
        {
            "rows": len(found),
            "by_chance": round(chance, 1),
            "judged_rows": len(rows),
            "seed": SEED if len(rows) == MAX_ROWS else None,
            "first": [int(row) + 1 for row in order],
        },
        f"Look at the most unlikely ones: rows {', '.join(str(row + 1) for row in order[:5])} of "
        "the table.",
    )


def _enough(columns: list[Column], target: Target) -> bool:
    levels = sum(min(column.distinct, MAX_BINS) for column in columns)
    return bool(columns) and int(target.counts.min()) >= ROWS_PER_LEVEL * levels


GUARDRAIL = Guardrail("PW107", "Labels fit their rows", "target", check)
