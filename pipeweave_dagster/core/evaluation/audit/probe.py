"""Quick learners that stand for the slow ones where only the way of learning is asked about."""

import time
from dataclasses import replace
from typing import NamedTuple

from scipy.sparse import csr_matrix, hstack

from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.candidate import Candidate, fit_candidate
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.training.data.fold_features import FoldCache, model_output


class Probe(NamedTuple):
    """A candidate with a fixed number of rounds: it never looks at the rows it is scored on."""

    candidate: Candidate
    rounds: int


LINE = Probe(Candidate("linear", "linear"), 60)
TREES = Probe(
    Candidate("lightgbm", "lightgbm", {"num_leaves": 15, "learning_rate": 0.1}),
    40,
)


def probe_like(family: str) -> Probe:
    """The quick learner that is nearest to a family: a line, or a few boosted trees."""
    return LINE if FAMILIES[family].view in ("linear", "none") else TREES


class Held(NamedTuple):
    """Outputs for the rows that a fold held out, and for those that it learned from."""

    learn: Array
    valid: Array


def fold_outputs(
    probe: Probe, cache: FoldCache, fold: int, end: float, beside: Array | None = None
) -> Held:
    """Fit one fold and answer for both of its sides.

    Args:
        probe: What to fit.
        cache: The problem with its folds.
        fold: Which of them.
        end: `time.monotonic()` when the fit must end.
        beside: A number of each row that is put beside the features.
    """
    data = cache.get(probe.candidate.view, fold)
    if beside is not None:
        learn, valid = cache.problem.folds[fold]
        x, x_valid = (
            hstack([csr_matrix(x), beside[rows, None]]).tocsr()
            for x, rows in ((data.x, learn), (data.x_valid, valid))
        )
        data = replace(data, x=x, x_valid=x_valid)
    rows = cache.rows(probe.candidate.view, data, probe.rounds)
    rows = replace(rows, x_valid=None, y_valid=None)
    fit = fit_candidate(probe.candidate, rows, time.time() + max(0.1, end - time.monotonic()))
    classes = cache.problem.classes
    return Held(
        model_output(fit, data, data.x, classes),
        model_output(fit, data, data.x_valid, classes),
    )
