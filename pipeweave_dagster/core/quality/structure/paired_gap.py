"""Whether the probe scores less under the honest split, beyond chance."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.columns.column import Floats
from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.metrics import auc, row_log_loss
from pipeweave_dagster.core.quality.structure.probe_rows import Rows
from pipeweave_dagster.core.quality.structure.split_folds import Outputs

DRAWS = 200
MIN_Z = 2.33
"""Standard errors of a significant gap: one in a hundred by chance."""
MIN_GAP: dict[MetricName, float] = {"roc_auc": 0.01, "log_loss": 0.02, "r2": 0.02}
"""A smaller gap changes nothing for the reader of a score."""


class Tested(NamedTuple):
    """Scores on the same rows, and how much the random split is better, with a 95 % interval."""

    metric: MetricName
    random: float
    honest: float
    gap: float
    low: float
    high: float
    significant: bool


def tested_gap(outputs: Outputs) -> Tested | None:
    """Compare both splits by a paired bootstrap of whole groups, or stretches of time.

    The metric is the area under the ROC curve (mean of the folds), log loss or R2 (of all rows).

    Returns:
        None where a score is undefined.
    """
    metric = _metric_of(outputs)
    cluster = outputs.cluster
    members = [np.flatnonzero(cluster == value) for value in np.unique(cluster)]
    sign = -1.0 if metric == "log_loss" else 1.0
    score = _auc_scores(outputs) if metric == "roc_auc" else _loss_scores(outputs)
    random, honest = score(np.arange(len(cluster)))
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(DRAWS):
        picked = rng.integers(0, len(members), len(members))
        first, second = score(np.concatenate([members[k] for k in picked]))
        draws.append(sign * (first - second))
    gap, spread = sign * (random - honest), float(np.nanstd(draws))
    if not np.isfinite([gap, spread]).all():
        return None
    low, high = (float(bound) for bound in np.nanquantile(draws, [0.025, 0.975]))
    significant = gap >= max(MIN_GAP[metric], MIN_Z * spread) and low > 0
    return Tested(metric, random, honest, gap, low, high, significant)


def _metric_of(outputs: Outputs) -> MetricName:
    if outputs.data.classes == 0:
        return "r2"
    return "roc_auc" if outputs.data.classes == 2 else "log_loss"


Scores = Callable[[Rows], tuple[float, float]]


def _auc_scores(outputs: Outputs) -> Scores:
    """Return the function that scores some rows; ranks are only compared within a fold."""
    positive = outputs.data.y == 1
    pair = outputs.random[:, 1], outputs.honest[:, 1]

    def scores(rows: Rows) -> tuple[float, float]:
        folds = [rows[outputs.fold[rows] == k] for k in np.unique(outputs.fold[rows])]
        usable = [own for own in folds if 0 < positive[own].sum() < len(own)]
        sizes = [len(own) for own in usable]
        if not sizes:
            return float("nan"), float("nan")
        first, second = (
            float(np.average([auc(positive[own], o[own]) or 0.0 for own in usable], weights=sizes))
            for o in pair
        )
        return first, second

    return scores


def _loss_scores(outputs: Outputs) -> Scores:
    y = outputs.data.y

    def losses(output: Floats) -> Floats:
        if outputs.data.classes:
            return row_log_loss(y.astype(np.intp), output)
        return 1 - (y - output) ** 2 / max(float(np.var(y)), 1e-300)

    random, honest = losses(outputs.random), losses(outputs.honest)
    return lambda rows: (float(random[rows].mean()), float(honest[rows].mean()))
