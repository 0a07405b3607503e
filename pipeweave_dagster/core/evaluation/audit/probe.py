"""Probes: quick learners that replace the slow ones where the exact score does not matter."""

from dataclasses import replace
from typing import NamedTuple

from scipy.sparse import csr_matrix, hstack

from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster.core.training.data.fold_features import FoldCache, model_output


class Probe(NamedTuple):
    """A candidate with a fixed number of rounds, so that it never uses the rows it is scored on."""

    candidate: Candidate
    rounds: int


LINEAR = Probe(Candidate("linear", "linear"), 60)
TREES = Probe(
    Candidate("lightgbm", "lightgbm", {"num_leaves": 15, "learning_rate": 0.1}),
    40,
)


def probe_like(family: str) -> Probe:
    """Return the probe most similar to a family: a linear model, or a few boosted trees."""
    return LINEAR if FAMILIES[family].view in ("linear", "none") else TREES


class FoldOutputs(NamedTuple):
    """Outputs for the training rows of a fold, and for its held-out rows."""

    learn: Array
    valid: Array


def fold_outputs(
    probe: Probe, cache: FoldCache, fold: int, pace: Pace, extra: Array | None = None
) -> FoldOutputs:
    """Fit a probe on one fold and predict both of its sides.

    Args:
        probe: The probe.
        cache: The problem with its folds.
        fold: Index of the fold.
        pace: Time limit of the fit; it notes if the fit was cut short.
        extra: An additional feature, one number per row.
    """
    data = cache.get(probe.candidate.view, fold)
    if extra is not None:
        learn, valid = cache.problem.folds[fold]
        x, x_valid = (
            hstack([csr_matrix(x), extra[rows, None]]).tocsr()
            for x, rows in ((data.x, learn), (data.x_valid, valid))
        )
        data = replace(data, x=x, x_valid=x_valid)
    rows = cache.rows(probe.candidate.view, data, probe.rounds)
    rows = replace(rows, x_valid=None, y_valid=None)
    fit = fit_candidate(probe.candidate, rows, pace.deadline)
    pace.is_cut = pace.is_cut or fit.cut
    classes = cache.problem.classes
    return FoldOutputs(
        model_output(fit, data, data.x, classes),
        model_output(fit, data, data.x_valid, classes),
    )
