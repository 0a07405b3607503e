"""Resamples of rows that were sorted once have the same areas, bit by bit."""

import numpy as np
import pytest

from pipeweave_dagster.core.metrics.all_metrics import multiclass_scores
from pipeweave_dagster.core.metrics.bootstrap import with_intervals
from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.core.metrics.resampled_auc import ResampledAuc


def answers(seed, rows, classes, digits):
    """True codes, and probabilities with many equal ones (or all equal, with no digits)."""
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.ones(classes), rows).round(digits) + 1e-3
    return rng.integers(0, classes, rows), proba


@pytest.mark.parametrize(("rows", "classes", "digits"), [(60, 3, 1), (40, 7, 0), (300, 26, 6)])
def test_a_resample_has_the_area_of_its_rows(rows, classes, digits):
    y, proba = answers(rows, rows, classes, digits)
    ranked, rng = ResampledAuc(y, proba), np.random.default_rng(1)
    for _ in range(20):
        picked = rng.integers(0, rows, rows)
        assert ranked.of(picked) == score("roc_auc", y[picked], proba[picked])


def test_rows_of_one_class_have_no_area():
    y, proba = answers(0, 30, 3, 2)
    own = np.flatnonzero(y == 1)
    assert ResampledAuc(y, proba).of(np.tile(own, 5)[:30]) is None


def test_intervals_of_several_classes_are_those_of_plain_resamples():
    y, proba = answers(2, 80, 4, 2)
    found, rng = with_intervals(y, proba, 4), np.random.default_rng(0)
    draws = [multiclass_scores(y[rows], proba[rows])["roc_auc"]
             for rows in (rng.integers(0, 80, 80) for _ in range(400))]  # fmt: skip
    low, high = np.quantile(draws, [0.025, 0.975])
    assert (found["roc_auc"].low, found["roc_auc"].high) == (low, high)
