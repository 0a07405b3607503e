"""The curves of an additive model, read from its own predictions.

The margin of such a model is a sum of functions of one column, and of few functions of two. Each is
read exactly: one row is predicted again and again with other values of these columns alone. What
two columns do together is divided between them so that the table of a pair has a mean of zero along
each of its columns (functional ANOVA; Lengerich et al. 2020), over the values of the rows.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array

_POINTS, _LEVELS, _OF_PAIR = 25, 20, 12
_AT_ONCE = 50
"""Columns whose curves are read by one prediction, so that its rows take little memory."""
_TINY = 1e-15


@dataclass
class Curve:
    """The effect of one column: values, their share of the rows, and effects (outputs, values)."""

    column: str
    at: list[Any]
    share: Array
    effect: Array

    @property
    def size(self) -> float:
        """Mean absolute effect over the rows."""
        return float((np.abs(self.effect) @ self.share).mean())


@dataclass
class Surface:
    """The effect of two columns beyond their curves, shape (outputs, first, second)."""

    first: Curve
    second: Curve
    effect: Array

    @property
    def size(self) -> float:
        """Mean absolute effect over the rows, as if the columns were independent."""
        sizes = np.einsum("kij,i,j->k", np.abs(self.effect), self.first.share, self.second.share)
        return float(sizes.mean())

    @property
    def thinned(self) -> tuple[list[Any], list[Any], Array]:
        """Values of both columns, at most twelve each, and the effect between them."""
        rows, columns = (_spread(len(side.at), _OF_PAIR) for side in (self.first, self.second))
        at, beside = [self.first.at[k] for k in rows], [self.second.at[k] for k in columns]
        return at, beside, self.effect[:, rows][:, :, columns]


@dataclass
class Shapes:
    """Margin where all effects are 0, shape (outputs,), curves, and surfaces."""

    base: Array
    curves: dict[str, Curve] = field(default_factory=dict)
    surfaces: list[Surface] = field(default_factory=list)


def shapes(
    pipeline: Any, features: pd.DataFrame, columns: list[str], pairs: list[tuple[str, str]]
) -> Shapes:
    """Return the curves and surfaces of an additive model.

    Args:
        pipeline: The fitted member of a bundle: features and estimator.
        features: Prepared rows (see `prepare_features.prepare`); effects have a mean of zero over
            them.
        columns: Prepared columns that the model uses.
        pairs: Columns among them that act together.
    """
    usual = _usual_row(features)
    base = margins(pipeline, usual)[0]
    found = Shapes(base.copy())
    for start in range(0, len(columns), _AT_ONCE):
        found.curves |= _curves(pipeline, features, usual, columns[start : start + _AT_ONCE], base)
    for pair in pairs:
        first, second = (found.curves[name] for name in pair)
        grid = _repeated(usual, len(first.at) * len(second.at)).assign(
            **{
                pair[0]: _typed(np.repeat(_objects(first.at), len(second.at)), features[pair[0]]),
                pair[1]: _typed(np.tile(_objects(second.at), len(first.at)), features[pair[1]]),
            }
        )
        both = margins(pipeline, grid).T.reshape(len(base), len(first.at), len(second.at))
        found.surfaces.append(Surface(first, second, both - base[:, None, None]))
    _purify(found)
    return found


def margins(pipeline: Any, features: pd.DataFrame) -> Array:
    """Return the margin of an estimator, shape (rows, outputs).

    It is the log-odds of the second of two classes; of more classes the logarithms of their
    probabilities, each minus their mean; of numbers the value, or log(1 + value) where that was
    learned.
    """
    if not hasattr(pipeline[-1], "predict_proba"):
        values = np.asarray(pipeline.predict(features), dtype=np.float64)
        logged = hasattr(pipeline[-1], "inverse_func")
        return (np.log1p(values) if logged else values)[:, None]
    logs = np.log(np.clip(np.asarray(pipeline.predict_proba(features)), _TINY, 1.0))
    if logs.shape[1] == 2:
        return np.asarray(logs[:, 1:] - logs[:, :1])
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def _curves(
    pipeline: Any, features: pd.DataFrame, usual: pd.DataFrame, columns: list[str], base: Array
) -> dict[str, Curve]:
    """Return the curves of some columns by one prediction, which costs more than its rows."""
    grids = {name: _grid(features[name]) for name in columns}
    ends = np.cumsum([len(at) for at, _ in grids.values()])
    rows = _repeated(usual, int(ends[-1]))
    changed = {}
    for end, (name, (at, _)) in zip(ends, grids.items(), strict=True):
        values = rows[name].copy()
        values.iloc[end - len(at) : end] = _typed(at, features[name])
        changed[name] = values
    effects = margins(pipeline, rows.assign(**changed)).T - base[:, None]
    return {
        name: Curve(name, at, share, effects[:, end - len(at) : end])
        for end, (name, (at, share)) in zip(ends, grids.items(), strict=True)
    }


def _purify(found: Shapes) -> None:
    """Move what one column of a pair does alone to its curve; give all effects a mean of zero."""
    alone = {name: curve.effect.copy() for name, curve in found.curves.items()}
    for surface in found.surfaces:
        first, second = surface.first, surface.second
        own = surface.effect - alone[first.column][:, :, None] - alone[second.column][:, None, :]
        of_first = np.einsum("kij,j->ki", own, second.share)
        of_second = np.einsum("kij,i->kj", own, first.share)
        mean = of_first @ first.share
        surface.effect = own - of_first[:, :, None] - of_second[:, None, :] + mean[:, None, None]
        first.effect = first.effect + of_first
        second.effect = second.effect + of_second
        found.base = found.base - mean
    for curve in found.curves.values():
        mean = curve.effect @ curve.share
        curve.effect = curve.effect - mean[:, None]
        found.base = found.base + mean


def _usual_row(features: pd.DataFrame) -> pd.DataFrame:
    """Return one row of medians and most frequent values."""
    row = {}
    for name, values in features.items():
        if values.dtype.kind == "f":
            row[name] = pd.Series([values.median()])
        else:
            row[name] = values.mode().iloc[:1].reset_index(drop=True).reindex([0])
    return pd.DataFrame(row).astype(features.dtypes.to_dict())


def _repeated(row: pd.DataFrame, times: int) -> pd.DataFrame:
    return row.iloc[np.zeros(times, dtype=np.intp)].reset_index(drop=True)


def _grid(values: pd.Series) -> tuple[list[Any], Array]:
    """Return values of a column, the missing one (None) last, and the share of rows near each."""
    known = values.dropna()
    if known.empty:
        return [None], np.ones(1)
    counts: Array
    if values.dtype.kind == "f":
        numbers = known.to_numpy(dtype=np.float64)
        at = np.unique(np.quantile(numbers, np.linspace(0, 1, _POINTS), method="nearest"))
        nearest = np.searchsorted((at[1:] + at[:-1]) / 2, numbers)
        counts = np.bincount(nearest, minlength=len(at)).astype(float)
        points: list[Any] = at.tolist()
    else:
        common = known.value_counts().iloc[:_LEVELS]
        points = [str(v) for v in common.index]
        counts = np.asarray(common, dtype=np.float64)
    if len(known) < len(values):
        points, counts = [*points, None], np.append(counts, len(values) - len(known))
    return points, counts / counts.sum()


def _typed(points: Any, like: pd.Series) -> pd.Series:
    """Return values as the type of their column; None is missing."""
    if like.dtype.kind == "f":
        return pd.Series([np.nan if v is None else v for v in points], dtype=np.float64)
    return pd.Series([np.nan if v is None else v for v in points], dtype=like.dtype)


def _objects(points: list[Any]) -> Any:
    found = np.empty(len(points), dtype=object)
    found[:] = points
    return found


def _spread(count: int, most: int) -> list[int]:
    """Return at most so many positions, evenly spread, the first and the last among them."""
    return sorted({round(k) for k in np.linspace(0, count - 1, min(count, most))})
