"""Feature crosses of the strongest columns, for models that see them beside the others.

The operators are those of pipelines (sum, difference, product, ratio, and pairs of categories) and
work row by row, so nothing is learned from validation rows. Which columns are crossed is decided
by a model of the first fold; whether crosses help is decided by the search, where models that see
them compete with those that do not.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.derived_features import USE, DerivedFeature
from pipeweave_dagster.core.pipelines.layout import Layout

_ARITHMETIC = ("sum", "difference", "product", "ratio")


def feature_crosses(
    frame: list[FrameEntry],
    columns: Layout,
    gains: dict[str, float],
    limits: tuple[int, int] = (6, 5),
) -> list[FrameEntry]:
    """Return the crosses of the strongest columns, as entries of `prepare_features.prepare`.

    Args:
        frame: How raw columns become features; those that keep their name can be crossed.
        columns: Which prepared columns vary.
        gains: Split gain of each of them in a model of trees (absent: 0).
        limits: How many numeric and how many categorical columns are crossed.
    """
    numbers, categories = limits
    plain = {entry["name"] for entry in frame if entry["use"] in ("numeric", "categorical")}
    known = {entry["name"] for entry in frame}
    wanted = [
        DerivedFeature(operator=operator, columns=list(pair))
        for pair in combinations(_strongest(columns.numbers, plain, gains, numbers), 2)
        for operator in _ARITHMETIC
    ]
    levels = _strongest((*columns.few, *columns.many), plain, gains, categories)
    pairs = combinations(levels, 2)
    wanted += [DerivedFeature(operator="cross", columns=list(pair)) for pair in pairs]
    return [
        {"name": w.name, "use": USE, "operator": w.operator, "columns": w.columns}
        for w in wanted
        if w.name not in known
    ]


def _strongest(
    names: tuple[str, ...], plain: set[str], gains: dict[str, float], most: int
) -> list[str]:
    used = sorted(name for name in names if name in plain and gains.get(name, 0.0) > 0)
    return sorted(used, key=lambda name: -gains[name])[:most]


def with_crosses(features: pd.DataFrame, crosses: list[FrameEntry]) -> pd.DataFrame:
    """Return the prepared features with their crosses beside them."""
    return pd.concat([features, prepare(features, crosses)], axis=1)


def layout_with_crosses(
    columns: Layout,
    features: pd.DataFrame,
    crosses: list[FrameEntry],
    max_correlation: float = 0.9999,
) -> Layout:
    """Return the layout with the crosses that vary and do not repeat a column.

    Args:
        columns: The layout without crosses.
        features: Prepared features with the crosses.
        crosses: Entries of `prepare_features.prepare`.
        max_correlation: With its source, above which a cross is left out.
    """
    numbers: list[str] = []
    pairs: list[str] = []
    for entry in crosses:
        values = features[entry["name"]]
        if entry["operator"] == "cross":
            if values.nunique(dropna=False) > 1:
                pairs.append(entry["name"])
        elif not any(
            _repeats(values, features[source], max_correlation) for source in entry["columns"]
        ):
            numbers.append(entry["name"])
    return replace(columns, crosses=tuple(numbers), pairs=tuple(pairs))


def _repeats(cross: pd.Series, source: pd.Series, max_correlation: float) -> bool:
    """Return whether a cross is linear in its source (the other column is nearly constant)."""
    both = np.isfinite(cross.to_numpy()) & np.isfinite(source.to_numpy())
    a, b = (_scaled(values.to_numpy()[both]) for values in (cross, source))
    if len(a) < 3 or np.std(a) == 0 or np.std(b) == 0:
        return True
    return bool(abs(np.corrcoef(a, b)[0, 1]) > max_correlation)


def _scaled(values: Array) -> Array:
    """Scale values to -1 to 1, since squares of very large numbers are infinite."""
    largest = float(np.abs(values).max()) if len(values) else 0.0
    return values / largest if largest > 0 else values
