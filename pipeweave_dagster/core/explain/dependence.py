"""Partial dependence (Friedman 2001): the mean prediction as one column changes."""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Dependence
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.column_values import as_number, as_text
from pipeweave_dagster.core.model.exact_numbers import are_codes
from pipeweave_dagster.core.model.test_row_columns import PREDICTION
from pipeweave_dagster.core.pace import Pace

_ROWS = 200
_POINTS = 12
_COLUMNS = 4


def dependences(
    bundle: dict[str, Any],
    scored: ScoredTest,
    columns: list[str],
    pace: Pace | None = None,
    *,
    seed: int = 0,
) -> list[Dependence]:
    """Compute partial dependence on the first columns, over at most 200 rows.

    Args:
        bundle: The model.
        scored: Test rows.
        columns: Columns, the most important first.
        pace: Time limit; columns that do not fit into it are left out.
        seed: Seed of the sample of rows.
    """
    pace = pace or Pace()
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(scored.y))[:_ROWS])
    table = scored.features.iloc[rows].reset_index(drop=True)
    shown = len(scored.classes) - 1
    of = scored.classes[shown] if scored.classes else PREDICTION
    return [
        Dependence(column=name, of=of, at=_labels(values), mean=_means(bundle, table, name, values))
        for name in columns[:_COLUMNS]
        if len(values := _grid(scored.features[name])) > 1 and pace.fits()
    ]


def _grid(column: pd.Series) -> pd.Series:
    """Return the values to set: quantiles of a number, the most frequent of other columns.

    None of texts that never repeat: one of them says nothing about the others.
    """
    known = column.dropna()
    number = pd.api.types.is_numeric_dtype(column.dtype) and not are_codes(column)
    if pd.api.types.is_bool_dtype(column.dtype) or not number:
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return known.quantile(np.linspace(0.02, 0.98, _POINTS)).drop_duplicates()
        counts = known.value_counts()
        repeated = len(counts) > 0 and counts.iloc[0] > 1
        return pd.Series(counts.index[: _POINTS if repeated else 0], dtype=column.dtype)
    numbers = as_number(known)
    if len(numbers) == 0:
        return known
    points = np.unique(np.quantile(numbers, np.linspace(0.02, 0.98, _POINTS)))
    return pd.Series(points)


def _labels(values: pd.Series) -> list[float | str]:
    if values.dtype.kind == "f":
        return [float(v) for v in values]
    return [str(text)[:80] for text in as_text(values)]


def _means(
    bundle: dict[str, Any], table: pd.DataFrame, name: str, values: pd.Series
) -> list[float]:
    copies = []
    for value in values:
        copy = table.copy(deep=False)
        copy[name] = pd.Series([value] * len(table), dtype=values.dtype)
        copies.append(copy)
    scores = raw_scores(bundle, pd.concat(copies, ignore_index=True))
    predicted = scores[:, -1] if scores.ndim == 2 else scores
    return [float(part.mean()) for part in np.split(predicted, len(values))]
