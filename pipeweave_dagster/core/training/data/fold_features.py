"""The features of every fold and view, computed once and shared by all candidates."""

import threading
import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import MetricName, Task
from pipeweave_dagster.core.families import Fit, Rows
from pipeweave_dagster.core.families.base import View
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.large_boosters import class_probabilities
from pipeweave_dagster.core.model.target_scale import bounds
from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster.core.training.data.monotone_constraints import directions
from pipeweave_dagster.core.training.data.split import Index


@dataclass(frozen=True)
class Problem:
    """The learning problem: prepared features and target of the rows that fitting may use.

    Attributes:
        task: Classification or regression.
        features: Prepared features, shape (rows, columns).
        y: Class codes or values.
        labels: Class labels in the order of the codes; empty for regression.
        weight: Weight of each row, mean 1, or None.
        columns: Which prepared columns vary, by kind.
        folds: Training and validation rows of each fold.
        monotone: Sign of each column with a monotone constraint.
        seed: Of all random draws.
        threads: Per fit; None for all cores.
        groups: The number of each row's group, if the split keeps groups whole.
        means_of: The metric, if means are the best predictions by it, as squared errors ask for;
            None where others are, as medians for absolute errors.
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
    means_of: MetricName | None = None

    @property
    def classes(self) -> int:
        """How many classes; 0 for regression."""
        return len(self.labels)


@dataclass
class FoldData:
    """One fold in one view.

    Attributes:
        transformer: Fitted on the training rows.
        x: Features of the training rows.
        y: Their target; class codes count only the classes in `known`.
        known: Codes of the classes among the training rows.
        weight: Of the training rows, or None.
        x_valid: Features of the validation rows, or None.
        valid: The validation rows.
    """

    transformer: Any
    x: Any
    y: Array
    known: Index
    weight: Array | None
    x_valid: Any
    valid: Index


@dataclass
class FoldCache:
    """Computes fold data on first use; fold -1 stands for all rows, without validation rows."""

    problem: Problem
    computed: dict[tuple[View, int], FoldData] = field(default_factory=dict)
    _locks: dict[tuple[View, int], threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock), repr=False
    )

    def get(self, view: View, fold: int) -> FoldData:
        """Return the features of a fold; the transformer is fitted on its training rows only."""
        key = (view, fold)
        with self._locks[key]:
            if key not in self.computed:
                self.computed[key] = self._compute(view, fold)
            return self.computed[key]

    def _compute(self, view: View, fold: int) -> FoldData:
        problem = self.problem
        all_rows = np.arange(len(problem.y))
        learn, valid = problem.folds[fold] if fold >= 0 else (all_rows, all_rows[:0])
        features = transformer(problem.columns, view, problem.task, problem.seed, problem.classes)
        y = problem.y[learn]
        known = np.unique(y).astype(np.intp) if problem.classes else np.arange(0)
        codes = np.searchsorted(known, y).astype(np.float64) if problem.classes else y
        with warnings.catch_warnings():
            # The target encoder's inner folds cannot hold out a row of a class that has only one.
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
        """Return the fold as a fit gets it, without validation rows of unknown classes."""
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
    """Return probabilities over all classes, or values, of a fitted estimator.

    Values are clipped to the range of the training target and a quarter more on either side.
    """
    if classes == 0:
        low, high = bounds(data.y)
        return np.clip(np.asarray(fit.estimator.predict(x), dtype=np.float64), low, high)
    known = np.asarray(class_probabilities(fit.estimator, x), dtype=np.float64)
    scores = np.zeros((known.shape[0], classes))
    scores[:, data.known] = known
    return scores
