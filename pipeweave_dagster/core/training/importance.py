"""Permutation importance on test rows (Breiman 2001), within a bounded time."""

import time
from typing import Any

import numpy as np

from pipeweave_dagster.core.documents import Estimate, MetricName
from pipeweave_dagster.core.training.metrics import GREATER_IS_BETTER, score
from pipeweave_dagster.core.training.outcome import Outcome
from pipeweave_dagster.core.training.serving import raw_scores

_ROWS = 1_000
_REPEATS = 5


def importance(
    bundle: dict[str, Any], outcome: Outcome, metric: MetricName, *, seconds: float = 2.0
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
    rng = np.random.default_rng(0)
    count = min(_ROWS, len(outcome.y))
    picked = np.sort(rng.permutation(len(outcome.y))[:count])
    table, y = outcome.features.iloc[picked].reset_index(drop=True), outcome.y[picked]
    began = time.monotonic()
    base = score(metric, y, raw_scores(bundle, table))
    once = time.monotonic() - began
    if base is None or count < 2:
        return {}, ["Importance needs test rows of at least two classes."]
    fitting = int(seconds / max(once, 1e-4))
    repeats = int(np.clip(fitting // max(table.shape[1], 1), 1, _REPEATS))
    columns = list(table.columns)[: max(1, fitting)]
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    found: dict[str, Estimate] = {}
    for name in columns:
        drops = []
        for _ in range(repeats):
            shuffled = table.copy(deep=False)
            shuffled[name] = table[name].take(rng.permutation(count)).reset_index(drop=True)
            value = score(metric, y, raw_scores(bundle, shuffled))
            drops.append(sign * (base - (value if value is not None else base)))
        found[name] = _estimate(drops)
    how = f"Importance: fall of {metric} on {count} test rows when one column is shuffled, "
    notes = [how + f"{repeats} time(s) each."]
    if len(columns) < table.shape[1]:
        notes.append(f"No time for the importance of {table.shape[1] - len(columns)} columns.")
    return dict(sorted(found.items(), key=lambda item: -(item[1].value or 0.0))), notes


def _estimate(drops: list[float]) -> Estimate:
    mean = float(np.mean(drops))
    if len(drops) < 3:
        return Estimate(value=mean)
    half = 1.96 * float(np.std(drops, ddof=1)) / len(drops) ** 0.5
    return Estimate(value=mean, low=mean - half, high=mean + half)
