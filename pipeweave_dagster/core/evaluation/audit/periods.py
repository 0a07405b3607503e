"""Scores per period, each by a model that was trained on earlier rows (rolling origin)."""

from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Estimate, MetricName, Period
from pipeweave_dagster.core.evaluation.audit.probe import Probe, fold_outputs
from pipeweave_dagster.core.evaluation.audit.time_slices import (
    MOST_PERIODS,
    TimeSlices,
    time_slices,
)
from pipeweave_dagster.core.metrics.bootstrap import interval_of
from pipeweave_dagster.core.metrics.metrics import weights_of
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import Table
from pipeweave_dagster.core.training.data.split import Index, order_values, split_rows, strata_of
from pipeweave_dagster.core.training.data.training_set import TrainingSet

_LEAST_ROWS = 20


def periods(
    table: Table,
    training_set: TrainingSet,
    scored: ScoredTest,
    probe: Probe,
    pace: Pace | None = None,
) -> list[Period]:
    """Score up to twelve periods; with more, the first is used for training only.

    Rows before the test rows are predicted by a quick learner that is fitted on all earlier ones;
    test rows by the model itself, so they are not used again. No rows precede the first period: its
    second half is predicted from its first half (from a random half, if all its times are equal).

    Args:
        table: All rows, split by time.
        training_set: A prepared sample of them for the quick learner.
        scored: The test rows with the model's outputs.
        probe: The quick learner.
        pace: Time limit; periods that do not fit into it are skipped.
    """
    times, spec = table.divider, training_set.spec
    if times is None or spec.split.kind != "time":
        return []
    test = split_rows(spec.split, table.raw, times, strata_of(table.y, len(table.classes))).test
    slices = time_slices(times)
    found: dict[int, Period] = {}
    if len(test) == len(scored.y):
        found |= _of_model(slices, test, scored, spec.metric)
    backtest = _Backtest(
        training_set,
        probe,
        _of_training_rows(times, slices, training_set),
        slices.names,
        pace or Pace(),
    )
    if len(slices.names) <= MOST_PERIODS:
        found |= backtest.first_period()
    train = slices.period[np.isin(np.arange(len(slices.period)), test, invert=True)]
    counts = np.bincount(train[train >= 0], minlength=len(slices.names))
    for k, count in enumerate(counts):
        if k > 0 and count >= _LEAST_ROWS and (k not in found or count > found[k].rows):
            found |= backtest.period(k, int(count))
    return [found[k] for k in sorted(found)]


def _of_model(
    slices: TimeSlices, test: Index, scored: ScoredTest, metric: MetricName
) -> dict[int, Period]:
    """Score the model's own outputs per period of the test rows."""
    found = {}
    period = slices.period[test]
    for k in np.unique(period[period >= 0]):
        rows = np.flatnonzero(period == k)
        if len(rows) >= _LEAST_ROWS:
            weight = weights_of(scored.weight, rows)
            estimate = interval_of(metric, scored.y[rows], scored.output[rows], weight=weight)
            found[int(k)] = _period(slices.names[k], len(rows), "model", estimate)
    return found


def _period(
    name: str, rows: int, by: Literal["backtest", "model", "within"], estimate: Estimate
) -> Period:
    return Period(
        period=name, rows=rows, by=by, score=estimate.value, low=estimate.low, high=estimate.high
    )


def _of_training_rows(times: pd.Series, slices: TimeSlices, training_set: TrainingSet) -> Index:
    """Return the period of each training row of the training_set, whose table may be a sample."""
    sample = training_set.table.divider
    if sample is None:
        return np.full(len(training_set.split.train), -1, dtype=np.intp)
    known = pd.Series(slices.period, index=times.astype("string")).groupby(level=0).first()
    period = sample.astype("string").map(known).fillna(-1).to_numpy(dtype=np.intp)
    return np.asarray(period[training_set.split.train])


class _Backtest(NamedTuple):
    """Predict periods from earlier training rows with a quick learner, within a time limit."""

    training_set: TrainingSet
    probe: Probe
    period_of: Index
    names: list[str]
    pace: Pace

    def period(self, k: int, rows: int) -> dict[int, Period]:
        """Predict a period from all earlier ones."""
        learn = np.flatnonzero((self.period_of >= 0) & (self.period_of < k))
        estimate = self._score(learn, np.flatnonzero(self.period_of == k))
        return {} if estimate is None else {k: _period(self.names[k], rows, "backtest", estimate)}

    def first_period(self) -> dict[int, Period]:
        """Predict the second half of the first period from its first half."""
        training_set, rows = self.training_set, np.flatnonzero(self.period_of == 0)
        if training_set.table.divider is None or len(rows) < 2 * _LEAST_ROWS:
            return {}
        order = order_values(training_set.table.divider)[training_set.split.train][rows]
        late = order > np.median(order)
        if not late.any():
            late = np.random.default_rng(training_set.problem.seed).permutation(len(rows)) % 2 == 1
        estimate = self._score(rows[~late], rows[late])
        count = int(late.sum())
        return {} if estimate is None else {0: _period(self.names[0], count, "within", estimate)}

    def _score(self, learn: Index, valid: Index) -> Estimate | None:
        """Score some rows; None if there are too few rows to learn from, or time ran out."""
        problem = self.training_set.problem
        enough = len(learn) >= _LEAST_ROWS and len(valid) > 0
        if not enough or len(np.unique(problem.y[learn])) < 2 or not self.pace.fits():
            return None
        cache = FoldCache(replace(problem, folds=[(learn, valid)]))
        held = fold_outputs(self.probe, cache, 0, self.pace)
        weight = weights_of(problem.weight, valid)
        return interval_of(
            self.training_set.spec.metric, problem.y[valid], held.valid, weight=weight
        )
