"""Compare two models on the same rows by a paired test."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Comparison, MetricName, TrainedModel
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import Array, Codes, score, weights_of
from pipeweave_dagster.core.metrics.scored_test import read_scored_test
from pipeweave_dagster.core.model.test_row_columns import FEATURE_PREFIX

_LEAST_ROWS = 30
_DRAWS = 1_000
_MOST_DRAWN = 4_000_000
_TARGET_KEY = FEATURE_PREFIX


def paired(
    metric: MetricName,
    y: Array | Codes,
    first: Array,
    second: Array,
    other: str,
    seed: int = 0,
    weight: Array | None = None,
) -> Comparison:
    """Compare two outputs for the same rows by a paired bootstrap of the rows (Efron 1979).

    Args:
        metric: Metric to compare.
        y: Class codes or values.
        first: Probabilities or values of one model.
        second: Those of the other model.
        other: Name of the other model.
        seed: Seed of the resampling.
        weight: Row weights, or None.
    """
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0

    def difference(rows: Codes) -> float | None:
        own = weights_of(weight, rows)
        a, b = (score(metric, y[rows], output[rows], own) for output in (first, second))
        return None if a is None or b is None else sign * (a - b)

    point = difference(np.arange(len(y)))
    if len(y) < _LEAST_ROWS or point is None:
        return Comparison(other=other, rows=len(y), verdict="not compared")
    rng = np.random.default_rng(seed)
    draws = int(np.clip(_MOST_DRAWN // (len(y) * max(1, first.ndim)), 200, _DRAWS))
    found = [difference(rng.integers(0, len(y), len(y))) for _ in range(draws)]
    low, high = (float(v) for v in np.quantile([d for d in found if d is not None], [0.025, 0.975]))
    verdict = "better" if low > 0 else "worse" if high < 0 else "not distinguishable"
    return Comparison(
        other=other, rows=len(y), difference=point, low=low, high=high, verdict=verdict
    )


def run_comparison(
    trained: TrainedModel, test_rows: Path, champion: TrainedModel, champion_rows: Path, other: str
) -> Comparison:
    """Compare a model with the champion on the test rows that both have.

    Neither was trained on any of them: a row's content decides its side of the split, in every
    version of a data set.
    """
    if (trained.target, trained.task) != (champion.target, champion.task) or set(
        trained.classes
    ) != set(champion.classes):
        return Comparison(other=other, rows=0, verdict="not compared")
    ours, theirs = (
        read_scored_test(trained, test_rows),
        read_scored_test(champion, champion_rows),
    )
    shared = sorted(set(ours.features.columns) & set(theirs.features.columns))
    if not shared:
        return Comparison(other=other, rows=0, verdict="not compared")
    mine, other_rows = _matched(
        _keys(ours.features[shared], ours.y, trained.classes),
        _keys(theirs.features[shared], theirs.y, champion.classes),
    )
    second = theirs.output[other_rows]
    if trained.classes:
        second = second[:, [champion.classes.index(name) for name in trained.classes]]
    return paired(
        trained.metric,
        ours.y[mine],
        ours.output[mine],
        second,
        other,
        weight=weights_of(ours.weight, mine),
    )


def _keys(features: pd.DataFrame, y: Array | Codes, classes: list[str]) -> pd.Series:
    """Return a hash of each row, over its features and its target."""
    target = [classes[int(code)] for code in y] if classes else list(y)
    table = features.astype("string").assign(**{_TARGET_KEY: np.array(target, dtype=object)})
    table[_TARGET_KEY] = table[_TARGET_KEY].astype("string")
    return pd.Series(pd.util.hash_pandas_object(table, index=False))


def _numbered(keys: pd.Series) -> pd.DataFrame:
    copies = keys.groupby(keys).cumcount()
    return pd.DataFrame({"key": keys, "copy": copies, "row": np.arange(len(keys))})


def _matched(first: pd.Series, second: pd.Series) -> tuple[Codes, Codes]:
    """Return the positions of equal keys on both sides; duplicates match in their order."""
    pairs = pd.merge(
        _numbered(first).rename(columns={"row": "a"}),
        _numbered(second).rename(columns={"row": "b"}),
        on=["key", "copy"],
    )
    return pairs["a"].to_numpy(dtype=np.intp), pairs["b"].to_numpy(dtype=np.intp)
