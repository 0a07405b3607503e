"""Features made from the strongest columns, for models that see them beside the others.

The menu is the closed one of pipelines (sum, difference, product, ratio, and pairs of categories)
and each operator works row by row, so nothing is learned from rows that a fold leaves out. Which
columns are combined is read off a model of the first fold. Whether it helps decides the search:
models that see the made features compete with those that do not.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import FrameEntry, prepare
from pipeweave_dagster.core.pipelines.derived_features import USE, DerivedFeature
from pipeweave_dagster.core.pipelines.layout import Layout

_NUMBERS = 6
_CATEGORIES = 5
_LIKE_ANOTHER = 0.9999
_ARITHMETIC = ("sum", "difference", "product", "ratio")


def feature_crosses(
    frame: list[FrameEntry], columns: Layout, gains: dict[str, float]
) -> list[FrameEntry]:
    """Choose the features to make, as entries of `serving.prepare`.

    Args:
        frame: How raw columns become features; those that keep their name can be combined.
        columns: Which prepared columns vary.
        gains: How much a model of trees gained by each of them (absent: nothing).
    """
    plain = {entry["name"] for entry in frame if entry["use"] in ("numeric", "categorical")}
    known = {entry["name"] for entry in frame}
    wanted = [
        DerivedFeature(operator=operator, columns=list(pair))
        for pair in combinations(_strongest(columns.numbers, plain, gains, _NUMBERS), 2)
        for operator in _ARITHMETIC
    ]
    categories = _strongest((*columns.few, *columns.many), plain, gains, _CATEGORIES)
    wanted += [
        DerivedFeature(operator="cross", columns=list(pair)) for pair in combinations(categories, 2)
    ]
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
    columns: Layout, features: pd.DataFrame, crosses: list[FrameEntry]
) -> Layout:
    """Return the layout with the crosses that vary and repeat no column."""
    numbers: list[str] = []
    pairs: list[str] = []
    for entry in crosses:
        values = features[entry["name"]]
        if entry["operator"] == "cross":
            if values.nunique(dropna=False) > 1:
                pairs.append(entry["name"])
        elif not any(_repeats(values, features[source]) for source in entry["columns"]):
            numbers.append(entry["name"])
    return replace(columns, crosses=tuple(numbers), pairs=tuple(pairs))


def _repeats(made: pd.Series, source: pd.Series) -> bool:
    """Whether it follows the source in a line (as where the other column is nearly constant)."""
    both = np.isfinite(made.to_numpy()) & np.isfinite(source.to_numpy())
    a, b = (_scaled(values.to_numpy()[both]) for values in (made, source))
    if len(a) < 3 or np.std(a) == 0 or np.std(b) == 0:
        return True
    return bool(abs(np.corrcoef(a, b)[0, 1]) > _LIKE_ANOTHER)


def _scaled(values: Array) -> Array:
    """Within -1 and 1, for squares of very large numbers are infinite."""
    largest = float(np.abs(values).max()) if len(values) else 0.0
    return values / largest if largest > 0 else values
