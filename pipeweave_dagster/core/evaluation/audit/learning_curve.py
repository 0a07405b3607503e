"""The learning curve (Cortes et al. 1993): how much more rows would help."""

from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.documents import Curve, CurvePoint, MetricName
from pipeweave_dagster.core.evaluation.audit.probe import Probe, fold_outputs
from pipeweave_dagster.core.metrics.bootstrap import interval_of
from pipeweave_dagster.core.metrics.metrics import score, weights_of
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache, Problem
from pipeweave_dagster.core.training.data.split import Index

_SHARES = (0.125, 0.25, 0.5, 1.0)
_FOLDS = 2
_LEAST_ROWS = 20


def learning_curve(
    problem: Problem, metric: MetricName, probe: Probe, pace: Pace | None = None
) -> Curve | None:
    """Score a quick learner on an eighth, a quarter, half and all of the training rows.

    Args:
        problem: Training rows with their folds; test rows are not used.
        metric: Metric of the scores.
        probe: The quick learner.
        pace: Time limit; sizes that do not fit into it are skipped.

    Returns:
        At least two points, else None.
    """
    pace, points = pace or Pace(), []
    for share in _SHARES:
        if not pace.fits():
            break
        folds = [_part(problem, fold, share) for fold in problem.folds[:_FOLDS]]
        if min(len(learn) for learn, _ in folds) >= _LEAST_ROWS:
            points.append(_point(replace(problem, folds=folds), metric, probe, pace))
    return Curve(learner=probe.candidate.name, points=points) if len(points) > 1 else None


def _part(problem: Problem, fold: tuple[Index, Index], share: float) -> tuple[Index, Index]:
    """Return a random part of a fold's training rows, with two rows of each class in it."""
    learn, valid = fold
    order = np.random.default_rng(problem.seed).permutation(learn)
    most = round(share * len(learn))
    kept = [order[:most]]
    if problem.classes and most < len(learn):
        y = problem.y[order]
        kept += [order[y == k][:2] for k in np.unique(y)]
    return np.unique(np.concatenate(kept)), valid


def _point(problem: Problem, metric: MetricName, probe: Probe, pace: Pace) -> CurvePoint:
    cache = FoldCache(problem)
    held = [fold_outputs(probe, cache, fold, pace) for fold in range(len(problem.folds))]
    valid = np.concatenate([rows for _, rows in problem.folds])
    weight = problem.weight
    found = interval_of(
        metric, problem.y[valid], np.concatenate([h.valid for h in held]),
        weight=weights_of(weight, valid),
    )  # fmt: skip
    own = [
        score(metric, problem.y[learn], h.learn, weights_of(weight, learn))
        for (learn, _), h in zip(problem.folds, held, strict=True)
    ]
    known = [value for value in own if value is not None]
    return CurvePoint(
        rows=round(float(np.mean([len(learn) for learn, _ in problem.folds]))),
        score=found.value,
        low=found.low,
        high=found.high,
        learned=float(np.mean(known)) if known else None,
    )
