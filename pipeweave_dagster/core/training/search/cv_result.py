"""One candidate: fitted fold by fold, scored on the validation rows of each fold."""

import time
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import MetricName, Trial
from pipeweave_dagster.core.families import Fit
from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.families.fit import THREADS, threads_limited
from pipeweave_dagster.core.families.plug_in import BeyondLimitsError
from pipeweave_dagster.core.families.search_space import LOG
from pipeweave_dagster.core.metrics.metrics import Array, score, weights_of
from pipeweave_dagster.core.model.plug_in_model import PlugInError
from pipeweave_dagster.core.training.data.fold_features import FoldCache, FoldData, model_output
from pipeweave_dagster.core.training.data.split import Index
from pipeweave_dagster.core.training.search.smearing import Smearing

_STORE_TREE_S = 0.3e-3
"""Seconds for writing one tree of a model (measured on one core of 2024)."""


@dataclass
class CvResult:
    """The cross-validation of one candidate so far.

    Attributes:
        candidate: Its family and parameters.
        oof: Out-of-fold output, shape (rows,) or (rows, classes); NaN for rows of other folds.
        scores: Score of each fold done (None where the metric is not defined on it).
        members: The fitted model of each of these folds, with the fold's features; empty once
            they cannot be chosen (`released`), and for folds of an earlier run.
        round_counts: Boosting rounds (or trees) found best on each fold.
        seconds: Spent on all folds.
        note: Why it failed or was not continued; empty if all is well.
        out_of_time: Whether its last fit was abandoned for lack of time.
        beyond_limits: Whether the table is larger than what its package states.
        failed: Whether not even the first fold could be fitted.
        busy: Whether a fold is being fitted right now.
        is_proposal: Whether it was found by the adaptive part of the search.
        cut: Whether a fit was stopped early by its deadline.
        released: Whether its models were dropped.
        fold_rows: How many rows a fold learns from.
        predict_s: Seconds to predict one row.
        smearing: What makes means of its predictions, if it learns the logarithm and means are
            wanted; `oof` and `scores` are by then what it predicts with the factor.
    """

    candidate: Candidate
    oof: Array
    scores: list[float | None] = field(default_factory=list)
    members: list[tuple[Fit, FoldData]] = field(default_factory=list)
    round_counts: list[int] = field(default_factory=list)
    seconds: float = 0.0
    note: str = ""
    failed: bool = False
    out_of_time: bool = False
    beyond_limits: bool = False
    busy: bool = False
    is_proposal: bool = False
    cut: bool = False
    released: bool = False
    fold_rows: int = 1
    predict_s: float = 0.0
    smearing: Smearing | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether it is the constant baseline."""
        return self.candidate.family == "dummy"

    @property
    def folds_done(self) -> int:
        """How many folds are done."""
        return len(self.scores)

    @property
    def score(self) -> float | None:
        """Mean over the folds done."""
        known = [s for s in self.scores if s is not None]
        return float(np.mean(known)) if known else None

    def score_on(self, folds: int) -> float | None:
        """Return the mean over the first folds; None if not all of them are done."""
        known = [s for s in self.scores[:folds] if s is not None]
        return sum(known) / len(known) if known and self.folds_done >= folds else None

    @property
    def fold_seconds(self) -> float:
        """Seconds that a further fold is expected to take."""
        return self.seconds / self.folds_done if self.folds_done else 0.0

    def output_seconds(self, test_rows: int) -> float:
        """Return the seconds that one of its models takes to predict test rows and to be stored."""
        trees = (self.rounds or 0) * (self.oof.shape[1] if self.oof.ndim > 1 else 1)
        return self.predict_s * test_rows + trees * _STORE_TREE_S

    @property
    def smearing_factor(self) -> float | None:
        """Factor of 1 + prediction of its fits; None if it needs none."""
        return self.smearing.factor if self.smearing is not None and self.smearing.folds else None

    @property
    def rounds(self) -> int | None:
        """Boosting rounds (or trees) found best, mean over folds."""
        return round(float(np.mean(self.round_counts))) if self.round_counts else None

    def fail(self, error: Exception | None) -> None:
        """Note why a fit gave no model; one that took too long has not failed."""
        self.failed = self.folds_done == 0
        self.out_of_time = isinstance(error, TimeoutError)
        self.beyond_limits = isinstance(error, BeyondLimitsError)
        is_sentence = isinstance(error, TimeoutError | BeyondLimitsError | PlugInError)
        self.note = str(error) if is_sentence else f"{type(error).__name__}: {error}"
        self.note = self.note[:300]

    def release(self) -> None:
        """Drop the models of a candidate that cannot be chosen any more."""
        self.members, self.released = [], True
        self.oof = self.oof[:0]


def new_result(candidate: Candidate, cache: FoldCache) -> CvResult:
    """Return the result of a candidate with no fold done."""
    problem = cache.problem
    rows, classes = len(problem.y), problem.classes
    oof = np.full((rows, classes) if classes else rows, np.nan)
    result = CvResult(candidate, oof, fold_rows=len(problem.folds[0][0]))
    if candidate.params.get(LOG) and problem.means_of is not None:
        result.smearing = Smearing(problem, problem.means_of)
    return result


class FoldRun(NamedTuple):
    """One fold of a candidate: its model, its output for the validation rows, and their score."""

    fit: Fit
    data: FoldData
    output: Array
    score: float | None
    seconds: float
    predict_s: float = 0.0
    """Of these seconds, what predicting the validation rows took."""


def run_fold(
    candidate: Candidate, fold: int, cache: FoldCache, metric: MetricName, deadline: float
) -> FoldRun:
    """Fit and score one fold.

    It changes nothing, so that an abandoned fit cannot add to a result later.

    Raises:
        ArithmeticError: If the output is not finite.
    """
    began = time.monotonic()
    problem = cache.problem
    data = cache.get(candidate.view, fold)
    fit = fit_candidate(candidate, cache.rows(candidate.view, data, None), deadline)
    fitted = time.monotonic()
    # Else scikit-learn's boosting predicts in as many threads as there are cores, which spin while
    # they wait for each other: beside a second fit, a prediction of 0.1 s took 7 s.
    with threads_limited(problem.threads or THREADS):
        output = model_output(fit, data, data.x_valid, problem.classes)
    predict_s = time.monotonic() - fitted
    if not np.isfinite(output).all():
        raise ArithmeticError("its output holds values that are not finite numbers")
    value = score(metric, problem.y[data.valid], output, weights_of(problem.weight, data.valid))
    return FoldRun(fit, data, output, value, time.monotonic() - began, predict_s)


def add_fold(result: CvResult, run: FoldRun) -> None:
    """Add a fold to a candidate's result (in place)."""
    add_output(result, run.data.valid, run.output, run.score)
    result.members.append((run.fit, run.data))
    result.cut = result.cut or run.fit.cut
    if run.fit.rounds:
        result.round_counts.append(run.fit.rounds)
    result.seconds += run.seconds
    result.predict_s = max(result.predict_s, run.predict_s / max(1, len(run.data.valid)))


def add_output(result: CvResult, valid: Index, output: Array, value: float | None) -> None:
    """Add what a fold predicts for its validation rows, and its score (in place)."""
    result.oof[valid] = output
    result.scores.append(value)
    if result.smearing is None:
        return
    result.smearing.folds.append((valid, output))
    honest = result.smearing.honest()
    for (rows, _), (smeared, _) in zip(result.smearing.folds, honest, strict=True):
        result.oof[rows] = smeared
    result.scores[:] = [score for _, score in honest]


def leaderboard_trial(result: CvResult, folds: int) -> Trial:
    """Return the entry of the leaderboard."""
    known = [s for s in result.scores if s is not None]
    state: Literal["done", "failed", "cut", "out of time", "skipped"] = "done"
    note = result.note
    if result.beyond_limits:
        state = "skipped"
    elif result.failed:
        state = "out of time" if result.out_of_time else "failed"
    elif result.folds_done < folds:
        state = "cut"
        note = note or f"{result.folds_done} of {folds} folds"
    elif result.cut:
        note = note or "stopped early: no time left"
    return Trial(
        name=result.candidate.name,
        family=result.candidate.family,
        params=result.candidate.params,
        score=result.score if not result.failed else None,
        score_std=float(np.std(known, ddof=1)) if len(known) > 1 else None,
        folds=len(known) or None,
        fit_seconds=round(result.seconds, 3),
        state=state,
        note=note,
    )
