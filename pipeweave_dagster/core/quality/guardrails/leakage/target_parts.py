"""PW208: the target is a sum of three or more columns."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.quality.case import Case
from pipeweave_dagster.core.quality.guardrail import Guardrail, Hit, drop
from pipeweave_dagster.core.quality.guardrails.leakage.column_formula import hit_of

MAX_ROWS = 5_000
MAX_COLUMNS = 80
MIN_VALUES = 5
MIN_R2 = 0.98
WEIGHT_TOLERANCE = 0.25
MIN_CONTRIBUTION = 0.02
MAX_UNIVARIATE_POWER = 0.97


def check(case: Case) -> Iterator[Hit]:
    """Block a weighted sum that is the target; alert on parts whose plain sum nearly is.

    Sums of one or two columns are reported by PW206.
    """
    target, found = case.target, case.formulas.formulas
    yield from (hit_of(formula, case) for formula in found if formula.is_sum)
    if not found and target.values is not None:
        yield from _nearly(case, target.values)


def _nearly(case: Case, y: Floats) -> Iterator[Hit]:
    """Yield three or more columns whose equally weighted sum is nearly the target."""
    best = max((p.value for p in case.univariate_power.values()), default=0.0)
    columns = usable(case.candidate_predictors)[:MAX_COLUMNS]
    rows = _complete_rows(columns, y)
    if len(columns) < 3 or len(rows) < 20 * len(columns) or best > MAX_UNIVARIATE_POWER:
        return
    design = np.array([c.values()[rows] for c in columns]).T
    with np.errstate(all="ignore"):  # numbers near the limits of float64 fit nothing
        r2, weights, contributions = _fit(design, y[rows])
    parts = _equally_weighted(columns, weights, contributions)
    if r2 < MIN_R2 or len(parts) < 3:
        return
    for name in parts:
        yield Hit(
            "alerted",
            f"It is one of {len(parts)} columns whose sum is nearly the target (R² {r2:.4f} on "
            "rows not used for the fit).",
            [name],
            {"r2": round(r2, 6), "parts": parts[:30]},
            "Drop the parts if they are known only together with the sum.",
            drop(*parts),
        )


def usable(columns: list[Column]) -> list[Column]:
    """Return numeric columns with enough values, the most varied first."""
    numbers = [c for c in columns if c.ordered and c.info.storage in {"integer", "number"}]
    varied = [c for c in numbers if c.distinct >= MIN_VALUES and c.present >= 0.9 * c.rows]
    return sorted(varied, key=lambda c: -c.distinct)


def _complete_rows(columns: list[Column], y: Floats) -> np.ndarray:
    """Return the indices of the rows without missing values, at most `MAX_ROWS` of them."""
    complete = np.isfinite(y)
    for column in columns:
        complete &= column.codes >= 0
    rows = np.flatnonzero(complete)
    rng = np.random.default_rng(0)
    return np.sort(rng.choice(rows, MAX_ROWS, replace=False)) if len(rows) > MAX_ROWS else rows


def _fit(design: Floats, y: Floats) -> tuple[float, Floats, Floats]:
    """Return held-out R² of least squares, weights, and contributions in units of y's spread."""
    half = np.random.default_rng(1).integers(0, 2, len(y)).astype(bool)
    scale = design.std(0)
    scale[scale == 0] = 1.0
    x = np.column_stack([np.ones(len(y)), (design - design.mean(0)) / scale])
    y = y - y.mean()  # the digits of a large mean would hide those of the deviations
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return 0.0, scale, scale
    solution = np.linalg.lstsq(x[half], y[half], rcond=1e-10)[0]
    rest = y[~half]
    total = float(((rest - rest.mean()) ** 2).sum())
    r2 = 1 - float(((rest - x[~half] @ solution) ** 2).sum()) / total if total > 0 else 0.0
    return r2, solution[1:] / scale, np.abs(solution[1:]) / (y.std() or 1.0)


def _equally_weighted(columns: list[Column], weights: Floats, contributions: Floats) -> list[str]:
    """Return the contributing columns whose weight is near the median weight of them all."""
    contributing = contributions >= MIN_CONTRIBUTION
    if not contributing.any():
        return []
    median = float(np.median(np.abs(weights[contributing])))
    near = contributing & (np.abs(np.abs(weights) - median) <= WEIGHT_TOLERANCE * median)
    return [c.name for c, use in zip(columns, near, strict=True) if use]


GUARDRAIL = Guardrail("PW208", "Target is not a sum of columns", "leakage", check)
