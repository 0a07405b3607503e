"""The features of every fold and view, computed once and shared by all candidates."""

import threading
import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import Task
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import bounds
from pipeweave_dagster.core.pipelines.layout import Layout, View
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster.core.training.data.monotone_constraints import directions
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.families import Fit, Rows


@dataclass(frozen=True)
class Problem:
    """What is to be learned: prepared features and target of the rows that fitting may see.

    `together` is the number of each row's group, where a split by groups keeps them whole.
    """

    task: Task
    features: pd.DataFrame
    y: Array
    labels: list[str]
    weight: Array | None
    columns: Layout
    folds: list[tuple[Index, Index]]
    monotone: dict[str, int] = field(default_factory=dict)
    seed: int = 0
    threads: int | None = None
    groups: Index | None = None

    @property
    def classes(self) -> int:
        """How many classes; 0 for regression."""
        return len(self.labels)


@dataclass
class FoldData:
    """One fold in one view: fitted transformer, features of both sides, classes it knows."""

    transformer: Any
    x: Any
    y: Array
    known: Index
    weight: Array | None
    x_valid: Any
    valid: Index


@dataclass
class FoldCache:
    """Makes fold data on first use; fold -1 stands for all rows, without a validation part."""

    problem: Problem
    made: dict[tuple[View, int], FoldData] = field(default_factory=dict)
    _locks: dict[tuple[View, int], threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock), repr=False
    )

    def get(self, view: View, fold: int) -> FoldData:
        """Features of a fold; the transformer is fitted on its training side only."""
        key = (view, fold)
        with self._locks[key]:
            if key not in self.made:
                self.made[key] = self._make(view, fold)
            return self.made[key]

    def _make(self, view: View, fold: int) -> FoldData:
        problem = self.problem
        everything = np.arange(len(problem.y))
        learn, valid = problem.folds[fold] if fold >= 0 else (everything, everything[:0])
        features = transformer(problem.columns, view, problem.task, problem.seed, problem.classes)
        y = problem.y[learn]
        known = np.unique(y).astype(np.intp) if problem.classes else np.arange(0)
        codes = np.searchsorted(known, y).astype(np.float64) if problem.classes else y
        with warnings.catch_warnings():
            # The target encoder's own folds cannot spare a row of a class that has only one.
            warnings.simplefilter("ignore", UserWarning)
            x = features.fit_transform(problem.features.iloc[learn], codes)
        x_valid = features.transform(problem.features.iloc[valid]) if len(valid) else None
        return FoldData(
            transformer=features,
            x=x,
            y=codes,
            known=known,
            weight=None if problem.weight is None else problem.weight[learn],
            x_valid=x_valid,
            valid=valid,
        )

    def rows(self, view: View, data: FoldData, rounds: int | None) -> Rows:
        """The same as one fit sees it; validation rows of unknown classes are left out."""
        problem = self.problem
        y_valid = problem.y[data.valid]
        x_valid = data.x_valid
        if x_valid is not None and problem.classes:
            seen = np.isin(y_valid, data.known)
            x_valid = x_valid[seen]
            y_valid = np.searchsorted(data.known, y_valid[seen]).astype(np.float64)
        return Rows(
            task=problem.task,
            x=data.x,
            y=data.y,
            x_valid=x_valid,
            y_valid=y_valid if x_valid is not None else None,
            weight=data.weight,
            classes=len(data.known),
            native=problem.columns.native(view),
            monotone=directions(data.transformer, problem.monotone, data.x.shape[1])
            if problem.monotone
            else [],
            seed=problem.seed,
            rounds=rounds,
            threads=problem.threads,
        )


def model_output(fit: Fit, data: FoldData, x: Any, classes: int) -> Array:
    """Probabilities over all classes, or values, of a fitted estimator."""
    if classes == 0:
        low, high = bounds(data.y)
        return np.clip(np.asarray(fit.estimator.predict(x), dtype=np.float64), low, high)
    known = np.asarray(fit.estimator.predict_proba(x), dtype=np.float64)
    scores = np.zeros((known.shape[0], classes))
    scores[:, data.known] = known
    return scores
