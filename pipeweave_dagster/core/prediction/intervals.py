"""Intervals and sets of predictions by split conformal prediction.

The calibration rows are the test rows, which the evaluated model has not learned from. The interval
or set has the true value of at least the stated share of rows that are exchangeable with them
(Vovk et al. 2005; sets by the probability of the true class: Sadinle et al. 2019). Intervals are
calibrated by range of the prediction (Mondrian), as large values mostly have large errors. The
model that predicts is the same recipe fitted on all rows, so its errors are rather smaller.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeweave_dagster.core.counted import counted, quoted_names
from pipeweave_dagster.core.metrics.score_range import ENOUGH_GROUPS
from pipeweave_dagster.core.model.test_row_columns import (
    CLUSTER,
    PREDICTION,
    TARGET,
    output_columns,
)
from pipeweave_dagster.core.prediction.sets import set_texts, sets

LOWER, UPPER, SET = "lower", "upper", "prediction_set"
_ROWS_PER_RANGE, _MOST_RANGES = 100, 10
Floats = NDArray[np.float64]


class Intervals(NamedTuple):
    """How far true values are from predictions.

    Attributes:
        classes: Labels; empty for numbers.
        edges: Limits between the ranges of the prediction.
        margins: Half the width of the interval by range; for classes the least probability (one
            value) of a class in the set.
        rows: Number of calibration rows.
        coverage: Share of rows that is aimed at.
        clusters: Number of groups or stretches of time that the calibration rows are of; None if
            they are independent.
        left_out: Labels of calibration rows that are in none of their sets.
    """

    classes: list[str]
    edges: Floats
    margins: Floats
    rows: int
    coverage: float
    clusters: int | None = None
    left_out: Sequence[str] = ()

    @property
    def note(self) -> str:
        """What the intervals or sets promise."""
        what = f"`{SET}` has the true class"
        if not self.classes:
            what = f"`{LOWER}` to `{UPPER}` has the true value"
        text = (
            f"{what} of {self.coverage:.0%} of rows like the {self.rows:,} test rows,"
            " by split conformal prediction; not of rows that differ from them."
        )
        if self.left_out:
            text += (
                " That is the share of all rows, not of each class: no set of the test rows has "
                f"{quoted_names(self.left_out)}."
            )
        if self.clusters is None or self.clusters >= ENOUGH_GROUPS:
            return text
        return (
            f"{text} These are of only {counted(self.clusters, 'group')} or stretches of time: "
            "fewer rows of others may be covered."
        )

    def columns(self, scores: pd.DataFrame) -> dict[str, Any]:
        """Return the columns to add to predictions: the bounds, or the set as a JSON list."""
        if not self.classes:
            predicted = scores[PREDICTION].to_numpy()
            margin = self.margins[np.searchsorted(self.edges, predicted, side="right")]
            return {LOWER: predicted - margin, UPPER: predicted + margin}
        proba = scores[output_columns(self.classes)].to_numpy()
        return {SET: set_texts(self.classes, sets(proba, self.margins[0]))}


def learn_intervals(test_rows: Path, classes: list[str], coverage: float) -> Intervals | None:
    """Learn intervals or sets from test rows; None if there are too few of them.

    Args:
        test_rows: The test rows of a model (see `core.model.test_row_columns`).
        classes: Labels; empty for numbers.
        coverage: Share of rows, such as 0.9.
    """
    has_clusters = CLUSTER in pq.read_schema(test_rows).names
    columns = [TARGET, *output_columns(classes), *[CLUSTER] * has_clusters]
    known = pq.read_table(test_rows, columns=columns, partitioning=None).to_pandas()
    clusters = int(known[CLUSTER].nunique()) if has_clusters else None
    found = _of_rows(known, classes, coverage)
    return found._replace(clusters=clusters) if found else None


def _of_rows(known: pd.DataFrame, classes: list[str], coverage: float) -> Intervals | None:
    if not classes:
        predicted, truth = (known[c].to_numpy(dtype=np.float64) for c in (PREDICTION, TARGET))
        return _of_numbers(predicted, np.abs(truth - predicted), coverage)
    place = pd.Index(classes).get_indexer(pd.Index(known[TARGET].astype(str)))
    proba = known[output_columns(classes)].to_numpy(dtype=np.float64)
    least = 1 - conformal_quantile(1 - proba[np.arange(len(place)), place], coverage)
    if not np.isfinite(least):
        return None
    chosen = sets(proba, least)
    left_out = [classes[k] for k in np.unique(place) if not chosen[:, k].any()]
    margins = np.array([least])
    return Intervals(classes, np.array([]), margins, len(place), coverage, left_out=left_out)


def _of_numbers(predicted: Floats, errors: Floats, coverage: float) -> Intervals | None:
    ranges = int(np.clip(len(errors) // _ROWS_PER_RANGE, 1, _MOST_RANGES))
    limits: Floats = np.unique(np.quantile(predicted, np.arange(1, ranges) / ranges))
    which = np.searchsorted(limits, predicted, side="right")
    margins = np.array(
        [conformal_quantile(errors[which == k], coverage) for k in range(len(limits) + 1)]
    )
    if not np.isfinite(margins).all():  # ties leave a range with few rows: one range for all
        limits, margins = limits[:0], np.array([conformal_quantile(errors, coverage)])
    if not np.isfinite(margins).all():
        return None
    return Intervals([], limits, margins, len(errors), coverage)


def conformal_quantile(errors: Floats, coverage: float) -> float:
    """Return the bound that the error of one more row exceeds with probability 1 - coverage.

    That is the k-th smallest of n errors, k = ceil((n + 1) coverage); infinite if k is above n.

    Example:
        >>> conformal_quantile(np.arange(1.0, 20.0), 0.9)
        18.0
    """
    rank = int(np.ceil(round((len(errors) + 1) * coverage, 9)))
    if rank > len(errors):
        return float("inf")
    return float(np.partition(errors, rank - 1)[rank - 1])
