"""PW208: the target is a sum of columns."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.column_formulas import usable
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.not_applicable import NotApplicableError

MAX_ROWS = 5_000
MAX_COLUMNS = 80
NEARLY = 0.98
EXACT = 1 - 1e-9
SAME_WEIGHT = 0.25
MATTERS = 0.02


def check(case: Case) -> Iterator[Hit]:
    """Alert on at least three columns that enter a nearly exact sum with nearly equal weights.

    An exact sum with equal weights is proof and blocks.
    """
    target = case.target
    if target.values is None:
        raise NotApplicableError("the target is no number")
    best = max((p.value for p in case.powers.values()), default=0.0)
    columns = usable(case.suspects)[:MAX_COLUMNS]
    rows = _complete(columns, target.values)
    if len(columns) < 3 or len(rows) < 20 * len(columns) or best > 0.97:
        return
    design = np.array([c.values()[rows] for c in columns]).T
    r2, weights, share = _fit(design, target.values[rows])
    parts = _alike(columns, weights, share)
    if r2 < NEARLY or len(parts) < 3:
        return
    exact = r2 >= EXACT
    for name in parts:
        yield Hit(
            "blocked" if exact else "alerted",
            f"It is one of {len(parts)} columns whose sum is {'' if exact else 'nearly '}the "
            f"target (R² {r2:.4f} on rows that were not used to find it).",
            [name],
            {"r2": round(r2, 6), "parts": parts[:30]},
            "If the parts are known only with the sum, leave them out.",
            drop(*parts),
        )


def _complete(columns: list[Column], y: Floats) -> np.ndarray:
    rows = np.isfinite(y)
    for column in columns:
        rows &= column.codes >= 0
    found = np.flatnonzero(rows)
    rng = np.random.default_rng(0)
    return np.sort(rng.choice(found, MAX_ROWS, replace=False)) if len(found) > MAX_ROWS else found


def _fit(design: Floats, y: Floats) -> tuple[float, Floats, Floats]:
    """Held-out R2 of least squares, the weights, and each column's share of the spread."""
    half = np.random.default_rng(1).integers(0, 2, len(y)).astype(bool)
    scale = design.std(0)
    scale[scale == 0] = 1.0
    x = np.column_stack([np.ones(len(y)), (design - design.mean(0)) / scale])
    solution = np.linalg.lstsq(x[half], y[half], rcond=1e-10)[0]
    rest = y[~half]
    r2 = 1 - ((rest - x[~half] @ solution) ** 2).sum() / ((rest - rest.mean()) ** 2).sum()
    return float(r2), solution[1:] / scale, np.abs(solution[1:]) / (y.std() or 1.0)


def _alike(columns: list[Column], weights: Floats, share: Floats) -> list[str]:
    """The columns that matter and whose weight is near the middle one of those that matter."""
    matter = share >= MATTERS
    if not matter.any():
        return []
    middle = float(np.median(np.abs(weights[matter])))
    near = matter & (np.abs(np.abs(weights) - middle) <= SAME_WEIGHT * middle)
    return [c.name for c, use in zip(columns, near, strict=True) if use]


GUARDRAIL = Guardrail("PW208", "The target is no sum of columns", "leakage", check)
