"""The terms of a readable twin: its curves and surfaces as they are stored."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from pipeweave_dagster.core.documents import TwinTerm
from pipeweave_dagster.core.explain.shape_functions import Curve, Shapes, Surface
from pipeweave_dagster.core.hidden_values import is_of_hidden
from pipeweave_dagster.core.pipelines.catalogue import DATE_PARTS

_MOST_TERMS = 20
_MOST_NUMBERS = 12_000
"""Numbers in the listed terms of a model of many classes."""
_DIGITS = 5
_STRAIGHT = 1e-3


def terms_of(found: Shapes, *, straight: bool) -> list[TwinTerm]:
    """Return all terms, largest first."""
    curves = _without_constant_parts(found.curves.values())
    terms = [_of_curve(curve, straight=straight) for curve in curves]
    terms += [_of_surface(surface) for surface in found.surfaces]
    return sorted((t for t in terms if t.size > 0), key=lambda term: -term.size)


def number_listed(terms: list[TwinTerm]) -> int:
    """Return how many terms are listed: at most 20, fewer where they have many numbers."""
    sizes = np.cumsum([len(t.effect) * len(t.effect[0]) for t in terms[:_MOST_TERMS]])
    return max(1, int(np.searchsorted(sizes, _MOST_NUMBERS, side="right")))


def _without_constant_parts(curves: Iterable[Curve]) -> list[Curve]:
    """Return curves with those of date parts that have one value, joined for each column.

    The hour of dates without a time is always 0: such parts tell missing dates from others alone.
    """
    kept: list[Curve] = []
    missing: dict[str, Curve] = {}
    for curve in curves:
        name, _, part = curve.column.rpartition(" (")
        if part[:-1] not in DATE_PARTS or len(curve.at) != 2 or curve.at[1] is not None:
            kept.append(curve)
            continue
        effect = curve.effect + (missing[name].effect if name in missing else 0.0)
        missing[name] = Curve(f"{name} (missing or not)", ["known", None], curve.share, effect)
    return [*kept, *missing.values()]


def _of_curve(curve: Curve, *, straight: bool) -> TwinTerm:
    return TwinTerm(
        columns=[curve.column],
        size=rounded(curve.size),
        at=curve.at,
        effect=[[rounded(v) for v in line] for line in curve.effect],
        slope=_slope(curve) if straight else [],
    )


def _of_surface(surface: Surface) -> TwinTerm:
    at, beside, effect = surface.thinned
    return TwinTerm(
        columns=[surface.first.column, surface.second.column],
        size=rounded(surface.size),
        at=at,
        beside=beside,
        effect=[[rounded(v) for v in table.ravel()] for table in effect],
    )


def without_personal(term: TwinTerm, hidden: list[str]) -> TwinTerm:
    """Return a term with numbered values where they are personal."""
    first, *second = (is_of_hidden(name, hidden) for name in term.columns)
    update: dict[str, Any] = {"slope": []} if first else {}
    for key, values, private in (("at", term.at, first), ("beside", term.beside, any(second))):
        if private:
            update[key] = [v if v is None else f"value {n}" for n, v in enumerate(values, start=1)]
    return term.model_copy(update=update)


def _slope(curve: Curve) -> list[float]:
    """Return the effect of one unit more, where the curve is a straight line through numbers."""
    known = [k for k, value in enumerate(curve.at) if isinstance(value, float)]
    if len(known) < 2:
        return []
    at = np.array([curve.at[k] for k in known])
    effect = curve.effect[:, known]
    slope = (effect[:, -1] - effect[:, 0]) / (at[-1] - at[0])
    line = effect[:, :1] + slope[:, None] * (at - at[0])
    if np.abs(line - effect).max() > _STRAIGHT * max(float(np.ptp(effect)), 1e-12):
        return []
    return [rounded(v) for v in slope]


def rounded(value: Any) -> float:
    """Return a number with as many digits as are stored."""
    return float(f"{float(value):.{_DIGITS}g}")
