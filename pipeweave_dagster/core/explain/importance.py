"""Permutation importance on test rows (Breiman 2001), within a bounded time.

Its interval says what other test rows would have told: repeated shuffles of the same rows differ
little from each other, and let a column of noise look as if it surely helped. The variance is that
of a jackknife which leaves out one group of rows at a time (Efron and Stein 1981).
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pipeweave_dagster.core.documents import Estimate, MetricName
from pipeweave_dagster.core.metrics.metrics import (
    GREATER_IS_BETTER,
    Array,
    Codes,
    score,
    weights_of,
)
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.serving import raw_scores

_SCORED_ROWS = 50_000
_MAX_ROWS = 1_000
_MIN_ROWS = 100
_CHUNK_ROWS = 5_000
_GROUPS = 20


def importance(
    bundle: dict[str, Any],
    outcome: ScoredTest,
    metric: MetricName,
    *,
    seconds: float = 3.0,
    first: Sequence[str] = (),
) -> tuple[dict[str, Estimate], list[str]]:
    """How much the metric worsens when a column's values are shuffled among rows.

    Args:
        bundle: The model.
        outcome: Test rows.
        metric: What is compared.
        seconds: Columns that do not fit into this time get no value.
        first: Columns that are asked before all others, for where time is short.

    Returns:
        Column to estimate (mean over repeats, with a 95 % interval), and notes. First come the
        columns whose interval lies above 0, the largest first; then, in the table's order, those
        that cannot be told from nothing. Columns that carry the same information share it, so
        each may look small.
    """
    began = time.monotonic()
    rng = np.random.default_rng(0)
    width = outcome.features.shape[1]
    repeats = 5 if width <= 50 else 3
    count = min(
        len(outcome.y), int(np.clip(_SCORED_ROWS // (width * repeats), _MIN_ROWS, _MAX_ROWS))
    )
    picked = np.sort(rng.permutation(len(outcome.y))[:count])
    table, y = outcome.features.iloc[picked].reset_index(drop=True), outcome.y[picked]
    weight = weights_of(outcome.weight, picked)
    base = raw_scores(bundle, table)
    if count < 2 or score(metric, y, base) is None:
        return {}, ["Importance needs test rows of at least two classes."]
    left_out = rng.permutation(count) % min(_GROUPS, count)
    without = _scores(metric, y, base, left_out, weight)
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    found: dict[str, Estimate] = {}
    asked = [name for name in dict.fromkeys([*first, *table.columns]) if name in table.columns]
    for names, copies in _shuffled(table[asked], repeats, rng):
        if found and time.monotonic() - began > seconds:
            break
        outputs = np.split(raw_scores(bundle, copies), len(names) * repeats)
        shuffled = [_scores(metric, y, output, left_out, weight) for output in outputs]
        for index, name in enumerate(names):
            own = shuffled[index * repeats : (index + 1) * repeats]
            found[name] = _estimate(sign * (without - np.mean(own, axis=0)))
    found = {name: found[name] for name in table.columns if name in found}
    return _ranked(found), _notes(metric, found, count, repeats, width)


def _scores(
    metric: MetricName, y: Array | Codes, output: Array, left_out: Codes, weight: Array | None
) -> Array:
    """The metric of all rows, and then without each group of them; NaN where there is none."""
    kept = [slice(None), *(left_out != group for group in range(left_out.max() + 1))]
    values = [score(metric, y[rows], output[rows], weights_of(weight, rows)) for rows in kept]
    return np.array([np.nan if value is None else value for value in values])


def _estimate(drops: Array) -> Estimate:
    """From the drop on all rows, and on those without each group."""
    mean, parts = float(drops[0]), drops[1:]
    if not np.isfinite(drops).all():
        return Estimate(value=mean if np.isfinite(mean) else None)
    count = len(parts)
    error = float(np.sqrt((count - 1) * np.var(parts)))
    half = float(student.ppf(0.975, count - 1)) * error
    return Estimate(value=mean, low=mean - half, high=mean + half)


def _ranked(found: dict[str, Estimate]) -> dict[str, Estimate]:
    """Those that can be told from nothing by size, then the others as they came."""
    return dict(
        sorted(found.items(), key=lambda item: -(item[1].value or 0) if item[1].above_zero else 0)
    )


def _notes(
    metric: MetricName, found: dict[str, Estimate], count: int, repeats: int, width: int
) -> list[str]:
    how = f"Importance: fall of {metric} on {count} test rows when one column is shuffled, "
    notes = [how + f"{repeats} times each."]
    unsure = sum(not estimate.above_zero for estimate in found.values())
    if unsure:
        notes.append(
            f"{unsure} of {len(found)} columns cannot be told from nothing by their importance "
            "(the 95 % interval includes 0); they are not ranked."
        )
    if len(found) < width:
        notes.append(f"No time for the importance of {width - len(found)} columns.")
    return notes


def lighter(bundle: dict[str, Any], most: int) -> dict[str, Any]:
    """The model with at most so many members, evenly taken: explanations need not be exact.

    A mixture of several candidates over all folds has dozens; each is asked for thousands of rows.
    """
    members = bundle["members"]
    step = -(-len(members) // most)
    return {**bundle, "members": members[::step]} if step > 1 else bundle


def _shuffled(
    table: pd.DataFrame, repeats: int, rng: np.random.Generator
) -> Iterator[tuple[list[str], pd.DataFrame]]:
    """Some columns at a time, with all copies of the table in which one of them is shuffled.

    Many copies are scored in one call, since a call costs more than a row.
    """
    columns = list(table.columns)
    step = max(1, _CHUNK_ROWS // (len(table) * repeats))
    for start in range(0, len(columns), step):
        names = columns[start : start + step]
        copies = []
        for name in names:
            for _ in range(repeats):
                copy = table.copy(deep=False)
                order = rng.permutation(len(table))
                copy[name] = table[name].take(order).reset_index(drop=True)
                copies.append(copy)
        yield names, pd.concat(copies, ignore_index=True)
