"""Permutation importance on test rows (Breiman 2001), within a bounded time."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Estimate, MetricName
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER, score
from pipeweave_dagster.core.training.outcome import Outcome
from pipeweave_dagster.core.training.serving import raw_scores

_SCORED_ROWS = 50_000
_MAX_ROWS = 1_000
_MIN_ROWS = 100
_CHUNK_ROWS = 5_000


def importance(
    bundle: dict[str, Any], outcome: Outcome, metric: MetricName, *, seconds: float = 3.0
) -> tuple[dict[str, Estimate], list[str]]:
    """How much the metric worsens when a column's values are shuffled among rows.

    Args:
        bundle: The model.
        outcome: Test rows.
        metric: What is compared.
        seconds: Columns that do not fit into this time get no value.

    Returns:
        Column to estimate (mean over repeats, with the interval of that mean), largest first,
        and notes. Columns that carry the same information share it, so each may look small.
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
    base = score(metric, y, raw_scores(bundle, table)) if count > 1 else None
    if base is None:
        return {}, ["Importance needs test rows of at least two classes."]
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    found: dict[str, Estimate] = {}
    for names, copies in _shuffled(table, repeats, rng):
        if found and time.monotonic() - began > seconds:
            break
        outputs = np.split(raw_scores(bundle, copies), len(names) * repeats)
        values = [score(metric, y, output) for output in outputs]
        drops = [sign * (base - (base if value is None else value)) for value in values]
        for index, name in enumerate(names):
            found[name] = _estimate(drops[index * repeats : (index + 1) * repeats])
    how = f"Importance: fall of {metric} on {count} test rows when one column is shuffled, "
    notes = [how + f"{repeats} times each."]
    if len(found) < width:
        notes.append(f"No time for the importance of {width - len(found)} columns.")
    return dict(sorted(found.items(), key=lambda item: -(item[1].value or 0.0))), notes


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


def _estimate(drops: list[float]) -> Estimate:
    mean = float(np.mean(drops))
    half = 1.96 * float(np.std(drops, ddof=1)) / len(drops) ** 0.5
    return Estimate(value=mean, low=mean - half, high=mean + half)
