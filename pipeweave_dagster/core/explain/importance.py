"""Permutation importance on test rows (Breiman 2001), within a bounded time.

Its interval covers the choice of test rows: repeated shuffles of the same rows differ little, and
make a column of noise look significant. The variance is that of a jackknife which leaves out one
group of rows at a time (Efron and Stein 1981).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Estimate, MetricName
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.metrics.metrics import Array, Codes, score, weights_of
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.pace import Pace

_SCORED_ROWS = 50_000
_MAX_ROWS = 1_000
_MIN_ROWS = 100
_CHUNK_ROWS = 5_000
_GROUPS = 20


def importance(
    bundle: dict[str, Any],
    scored: ScoredTest,
    metric: MetricName,
    *,
    pace: Pace | None = None,
    first: Sequence[str] = (),
) -> tuple[dict[str, Estimate], list[str]]:
    """Compute how much the metric worsens when a column's values are shuffled among rows.

    Args:
        bundle: The model.
        scored: Test rows.
        metric: Metric to compare.
        pace: Time limit; columns that do not fit into it get no value.
        first: Columns to process before all others, in case time is short.

    Returns:
        Column to estimate (mean over repeats, with a 95 % interval), and notes. Columns with a
        significant importance (interval above 0) come first, the largest first; the others follow
        in the table's order. Columns that carry the same information share their importance, so
        each may look small.
    """
    pace = pace or Pace()
    rng = np.random.default_rng(0)
    width = scored.features.shape[1]
    repeats = 5 if width <= 50 else 3
    count = min(
        len(scored.y), int(np.clip(_SCORED_ROWS // (width * repeats), _MIN_ROWS, _MAX_ROWS))
    )
    picked = np.sort(rng.permutation(len(scored.y))[:count])
    table, y = scored.features.iloc[picked].reset_index(drop=True), scored.y[picked]
    weight = weights_of(scored.weight, picked)
    began = pace.now()
    base = raw_scores(bundle, table)
    once = pace.now() - began
    if count < 2 or score(metric, y, base) is None:
        return {}, ["Importances need test rows of at least two classes."]
    left_out = rng.permutation(count) % min(_GROUPS, count)
    without = _scores(metric, y, base, left_out, weight)
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    found: dict[str, Estimate] = {}
    ordered = [name for name in dict.fromkeys([*first, *table.columns]) if name in table.columns]
    for names, copies in _shuffled(table[ordered], repeats, rng):
        pace.expect(once * len(copies) / count)
        if not pace.fits():
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
    """Return the metric on all rows, then without each group of rows; NaN if undefined."""
    kept = [slice(None), *(left_out != group for group in range(left_out.max() + 1))]
    values = [score(metric, y[rows], output[rows], weights_of(weight, rows)) for rows in kept]
    return np.array([np.nan if value is None else value for value in values])


def _estimate(drops: Array) -> Estimate:
    """Return an estimate from the drops on all rows and without each group (jackknife)."""
    mean, parts = float(drops[0]), drops[1:]
    if not np.isfinite(drops).all():
        return Estimate(value=mean if np.isfinite(mean) else None)
    count = len(parts)
    error = float(np.sqrt((count - 1) * np.var(parts)))
    half = float(student.ppf(0.975, count - 1)) * error
    return Estimate(value=mean, low=mean - half, high=mean + half)


def _ranked(found: dict[str, Estimate]) -> dict[str, Estimate]:
    """Sort significant importances by size; the others follow in their order."""
    return dict(
        sorted(found.items(), key=lambda item: -(item[1].value or 0) if item[1].above_zero else 0)
    )


def _notes(
    metric: MetricName, found: dict[str, Estimate], count: int, repeats: int, width: int
) -> list[str]:
    how = f"Importance: how much {metric} worsens on {count} test rows if one column is shuffled"
    notes = [f"{how} (mean of {repeats} shuffles)."]
    unsure = sum(not estimate.above_zero for estimate in found.values())
    if unsure:
        notes.append(
            f"The importances of {unsure} of {len(found)} columns are not significantly different "
            "from zero (the 95 % interval includes 0); these columns are not ranked."
        )
    if len(found) < width:
        notes.append(
            f"No time was left for the importances of {counted(width - len(found), 'column')}."
        )
    return notes


def with_fewer_members(bundle: dict[str, Any], most: int) -> dict[str, Any]:
    """Return the model with at most `most` members, evenly chosen: explanations may be rough.

    An ensemble of several candidates over all folds has dozens, and each scores thousands of rows.
    """
    members = bundle["members"]
    step = -(-len(members) // most)
    return {**bundle, "members": members[::step]} if step > 1 else bundle


def _shuffled(
    table: pd.DataFrame, repeats: int, rng: np.random.Generator
) -> Iterator[tuple[list[str], pd.DataFrame]]:
    """Yield some columns at a time, with all copies of the table in which one of them is shuffled.

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
