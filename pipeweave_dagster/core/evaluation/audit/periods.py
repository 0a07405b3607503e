"""Scores period by period, each by a model that saw earlier rows only (rolling origin)."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import MetricName, Period
from pipeweave_dagster.core.evaluation.audit.probe import Probe, fold_outputs
from pipeweave_dagster.core.metrics.all_metrics import interval_of
from pipeweave_dagster.core.metrics.metrics import weights_of
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.model.serving import as_moments, as_number
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import Table
from pipeweave_dagster.core.training.data.split import Index, order_values, split_rows, strata_of
from pipeweave_dagster.core.training.data.training_set import TrainingSet

_MOST, _LEAST = 12, 4
_LEAST_ROWS = 20
_UNITS = ("Y", "Q", "M", "W", "D")


class Slices(NamedTuple):
    """The period of each row as a number (-1: its moment is missing), and what each is called."""

    of: Index
    names: list[str]


def periods(
    table: Table, job: TrainingSet, outcome: ScoredTest, probe: Probe, *, seconds: float = 15.0
) -> list[Period]:
    """Scores in up to twelve periods; the first of more is only learned from.

    Rows before the test rows are foretold by a quick learner fitted on all earlier ones; test rows
    by the model itself, so they are opened no second time. Before the first period there are no
    rows: its later half is foretold from its earlier one (any half, if the column of time cannot
    tell them apart).

    Args:
        table: All rows, divided by time.
        job: A sample of them, prepared, that the quick learner sees.
        outcome: The test rows with the model's outputs.
        probe: The quick learner.
        seconds: Periods that do not fit into this time are left out.
    """
    divider, spec = table.divider, job.spec
    if divider is None or spec.split.kind != "time":
        return []
    test = split_rows(spec.split, table.raw, divider, strata_of(table.y, len(table.classes))).test
    slices = sliced(divider)
    found: dict[int, Period] = {}
    if len(test) == len(outcome.y):
        found |= _of_model(slices, test, outcome, spec.metric)
    train = slices.of[np.isin(np.arange(len(slices.of)), test, invert=True)]
    before = {
        k: count
        for k, count in enumerate(np.bincount(train[train >= 0], minlength=len(slices.names)))
        if k > 0 and count >= _LEAST_ROWS and (k not in found or count > found[k].rows)
    }
    inside = _place(divider, slices, job)
    scored = _Scored(job, probe, time.monotonic() + seconds)
    if len(slices.names) <= _MOST:
        found |= _first(scored, inside, slices.names)
    found |= _backtested(scored, inside, slices.names, before)
    return [found[k] for k in sorted(found)]


def sliced(divider: pd.Series) -> Slices:
    """Calendar periods, the finest of which there are at most thirteen; else slices of equal size.

    Args:
        divider: Moments, or numbers (such as a year), one a row.
    """
    if not pd.api.types.is_numeric_dtype(divider.dtype):
        moments = as_moments(divider).dt.tz_localize(None)
        for unit in reversed(_UNITS):
            calendar = moments.dt.to_period(unit)
            if _LEAST <= calendar.nunique() <= _MOST + 1:
                codes, labels = pd.factorize(calendar, sort=True)
                return Slices(np.asarray(codes, dtype=np.intp), [str(label) for label in labels])
        numbers = moments.to_numpy(dtype="datetime64[s]").astype(np.float64)
        numbers[moments.isna().to_numpy()] = np.nan
        return _equal(numbers, lambda at: str(np.datetime64(int(at), "s")).replace("T", " "))
    numbers = as_number(divider)
    known = np.unique(numbers[np.isfinite(numbers)])
    if len(known) <= _MOST + 1:
        codes = np.where(np.isfinite(numbers), np.searchsorted(known, numbers), -1)
        return Slices(codes.astype(np.intp), [f"{at:.6g}" for at in known])
    return _equal(numbers, lambda at: f"{at:.6g}")


def _equal(numbers: np.ndarray, name: Callable[[float], str]) -> Slices:
    known = np.isfinite(numbers)
    edges = np.unique(
        np.quantile(numbers[known], np.linspace(0, 1, _MOST + 2)[:-1], method="lower")
    )
    codes = np.where(known, np.searchsorted(edges, numbers, side="right") - 1, -1)
    return Slices(codes.astype(np.intp), [f"from {name(edge)}" for edge in edges])


def _of_model(
    slices: Slices, test: Index, outcome: ScoredTest, metric: MetricName
) -> dict[int, Period]:
    found = {}
    of = slices.of[test]
    for k in np.unique(of[of >= 0]):
        rows = np.flatnonzero(of == k)
        if len(rows) >= _LEAST_ROWS:
            scored = interval_of(
                metric,
                outcome.y[rows],
                outcome.output[rows],
                weight=weights_of(outcome.weight, rows),
            )
            found[int(k)] = Period(
                period=slices.names[k],
                rows=len(rows),
                by="model",
                score=scored.value,
                low=scored.low,
                high=scored.high,
            )
    return found


def _place(divider: pd.Series, slices: Slices, job: TrainingSet) -> Index:
    """The period of each training row of the job, whose table may be a sample of the whole."""
    sample = job.table.divider
    if sample is None:
        return np.full(len(job.split.train), -1, dtype=np.intp)
    known = pd.Series(slices.of, index=divider.astype("string")).groupby(level=0).first()
    of = sample.astype("string").map(known).fillna(-1).to_numpy(dtype=np.intp)
    return np.asarray(of[job.split.train])


class _Scored(NamedTuple):
    """How rows are foretold from others: the table, the learner, and until when."""

    job: TrainingSet
    probe: Probe
    end: float

    def period(
        self, name: str, rows: int, learn: Index, valid: Index, *, by: Literal["backtest", "within"]
    ) -> Period | None:
        """The score of some rows; None where there is too little to learn from, or no time."""
        problem = self.job.problem
        enough = len(learn) >= _LEAST_ROWS and len(valid) > 0
        if time.monotonic() > self.end or not enough or len(np.unique(problem.y[learn])) < 2:
            return None
        cache = FoldCache(replace(problem, folds=[(learn, valid)]))
        held = fold_outputs(self.probe, cache, 0, self.end)
        counted = weights_of(problem.weight, valid)
        scored = interval_of(self.job.spec.metric, problem.y[valid], held.valid, weight=counted)
        return Period(
            period=name, rows=rows, by=by, score=scored.value, low=scored.low, high=scored.high
        )


def _first(scored: _Scored, of: Index, names: list[str]) -> dict[int, Period]:
    """The first period, half from half."""
    job, rows = scored.job, np.flatnonzero(of == 0)
    if job.table.divider is None or len(rows) < 2 * _LEAST_ROWS:
        return {}
    when = order_values(job.table.divider)[job.split.train][rows]
    late = when > np.median(when)
    if not late.any():
        late = np.random.default_rng(job.problem.seed).permutation(len(rows)) % 2 == 1
    count = int(late.sum())
    found = scored.period(names[0], count, rows[~late], rows[late], by="within")
    return {} if found is None else {0: found}


def _backtested(
    scored: _Scored, of: Index, names: list[str], before: dict[int, int]
) -> dict[int, Period]:
    found = {}
    for k, count in before.items():
        learn, valid = np.flatnonzero((of >= 0) & (of < k)), np.flatnonzero(of == k)
        period = scored.period(names[k], count, learn, valid, by="backtest")
        if period is not None:
            found[k] = period
    return found
