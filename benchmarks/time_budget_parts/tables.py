"""Thirty generated tables: few and many rows, columns and classes, texts, times, groups, gaps."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

_WORDS = 4_000
_TOPICS = 6


class Kind(NamedTuple):
    """A table to make: `rows` and `columns` of it, and how many classes (0: a number)."""

    rows: int
    columns: int
    classes: int = 0
    extra: str = ""


KINDS: dict[str, Kind] = {
    # The worst ones first: these are what `--worst` runs.
    "26 classes": Kind(15_000, 16, 26),
    "100 classes": Kind(8_000, 20, 100),
    "50,000 x 200": Kind(50_000, 200, 2),
    "regression 11,500": Kind(11_500, 20),
    "texts": Kind(5_000, 6, 2, "texts"),
    "50,000 rows": Kind(50_000, 20, 2),
    "200 columns": Kind(2_000, 200, 2),
    "100 classes, wide": Kind(4_000, 100, 100),
    "26 classes, 50,000 rows": Kind(50_000, 16, 26),
    "regression 50,000": Kind(50_000, 30),
    "regression, 200 columns": Kind(5_000, 200),
    "texts, 10 classes": Kind(5_000, 4, 10, "texts"),
    "texts, regression": Kind(3_000, 4, 0, "texts"),
    "texts, 20,000 rows": Kind(20_000, 4, 2, "texts"),
    "times": Kind(10_000, 12, 2, "times"),
    "times, regression": Kind(8_000, 12, 0, "times"),
    "groups": Kind(6_000, 12, 2, "groups"),
    "groups, regression": Kind(6_000, 12, 0, "groups"),
    "gaps": Kind(8_000, 30, 2, "gaps"),
    "gaps, regression": Kind(8_000, 30, 0, "gaps"),
    "many categories": Kind(10_000, 12, 2, "categories"),
    "many categories, 5 classes": Kind(10_000, 12, 5, "categories"),
    "rare positives": Kind(20_000, 15, 2, "rare"),
    "150 rows": Kind(150, 8, 3),
    "150 rows, regression": Kind(150, 8),
    "1,000 rows": Kind(1_000, 20, 2),
    "1,000 rows, regression": Kind(1_000, 20),
    "3,000 rows, 10 classes": Kind(3_000, 20, 10),
    "noise": Kind(2_000, 20, 2, "noise"),
    "100,000 rows": Kind(100_000, 12, 2),
}
WORST = tuple(KINDS)[:5]


def table(name: str, seed: int = 7) -> pd.DataFrame:
    """Return a generated table with the target in the column `target`."""
    kind, rng = KINDS[name], np.random.default_rng(seed)
    numbers = rng.normal(size=(kind.rows, kind.columns))
    names = [f"x{k}" for k in range(kind.columns)]
    frame = pd.DataFrame(numbers.round(4), columns=names)
    # Every fourth column is a category, as in most tables of businesses.
    for k in range(3, kind.columns, 4):
        frame[names[k]] = np.array(["red", "green", "blue", "grey"])[
            np.digitize(numbers[:, k], [-0.7, 0.0, 0.7])
        ]
    extra = _EXTRAS.get(kind.extra)
    signal = extra(frame, rng) if extra else 0.0
    frame["target"] = _target(kind, numbers, signal, rng)
    return frame


def _target(kind: Kind, x: Any, signal: Any, rng: np.random.Generator) -> Any:
    if kind.extra == "noise":
        return np.where(rng.random(kind.rows) < 0.5, "yes", "no")
    informative = x[:, : min(kind.columns, 10)]
    if kind.classes > 2:
        weights = rng.normal(size=(informative.shape[1] + 2, kind.classes))
        bent = np.column_stack(
            [informative, informative[:, 0] * informative[:, 1], np.abs(x[:, 2])]
        )
        scores = bent @ weights + np.asarray(signal)[..., None] * rng.normal(size=kind.classes)
        codes = (scores + rng.gumbel(size=scores.shape) * 1.5).argmax(axis=1)
        return np.array([f"c{code:02d}" for code in codes])
    value = informative[:, 0] + informative[:, 1] * informative[:, 2] + np.sin(2 * x[:, -1])
    value = value + signal + rng.normal(size=kind.rows)
    if kind.classes:
        threshold = np.quantile(value, 0.97 if kind.extra == "rare" else 0.6)
        return np.where(value > threshold, "yes", "no")
    return (20 + 5 * value).round(3)


def _texts(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """Add a column of sentences whose words tell a topic."""
    words = np.array([f"{rng.choice(list('bcdfgklmnprst'))}{k:x}o" for k in range(_WORDS)])
    topic = rng.integers(0, _TOPICS, len(frame))
    share = _WORDS // _TOPICS
    frame["remark"] = [
        " ".join(words[rng.zipf(1.3, rng.integers(8, 40)) % share + share * own]) for own in topic
    ]
    return topic - _TOPICS / 2


def _times(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """Add the day of each row, with a slow trend."""
    days = np.sort(rng.integers(0, 900, len(frame)))
    frame.insert(0, "day", (pd.Timestamp("2022-01-01") + pd.to_timedelta(days, unit="D")).date)
    return days / 450.0


def _groups(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """Add the shop of each row, with a level of its own."""
    shops = rng.integers(0, len(frame) // 20, len(frame))
    frame.insert(0, "shop", [f"shop-{k:04d}" for k in shops])
    return rng.normal(size=shops.max() + 1)[shops]


def _gaps(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """Empty a fifth of all cells."""
    empty = rng.random(frame.shape) < 0.2
    frame.iloc[:, :] = frame.mask(empty)
    return 0.0


def _categories(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """Add two columns of hundreds of categories."""
    for name, count in (("town", 300), ("product", 1_500)):
        frame[name] = [f"{name} {k}" for k in rng.integers(0, count, len(frame))]
    codes = frame["town"].str.slice(5).astype(int).to_numpy()
    return np.sin(codes * 1.7)


_EXTRAS: dict[str, Callable[[pd.DataFrame, np.random.Generator], Any]] = {
    "texts": _texts,
    "times": _times,
    "groups": _groups,
    "gaps": _gaps,
    "categories": _categories,
}
