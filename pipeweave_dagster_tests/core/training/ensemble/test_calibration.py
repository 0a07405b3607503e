"""Probabilities are calibrated where that helps, and only there."""

import numpy as np
import pytest

from pipeweave_dagster.core.metrics.all_metrics import calibration_error
from pipeweave_dagster.core.metrics.metrics import row_log_loss
from pipeweave_dagster.core.model.bundle_scores import tempered
from pipeweave_dagster.core.training.ensemble.calibration import fit_temperature


def test_overconfident_probabilities_are_calibrated_and_good_ones_left_alone():
    rng = np.random.default_rng(1)
    chances = rng.dirichlet([1, 1, 1], 1500)
    y = np.array([rng.choice(3, p=p) for p in chances])
    assert fit_temperature(y, chances) is None
    confident = tempered(chances, 0.4)
    temperature = fit_temperature(y, confident)
    assert temperature == pytest.approx(2.5, rel=0.15)
    better = row_log_loss(y, tempered(confident, temperature)).mean()
    assert better < row_log_loss(y, confident).mean() - 0.05
    assert fit_temperature(y[:100], confident[:100]) is None
    ranked = tempered(confident, temperature).argmax(axis=1)
    assert (ranked == confident.argmax(axis=1)).all()


def test_a_few_impossible_rows_do_not_make_all_others_less_confident():
    """Forests give 0 and 1 where all trees agree; one such row outweighs hundreds in log loss."""
    rng = np.random.default_rng(3)
    p = rng.beta(1, 2, 3000)
    y = (rng.random(3000) < p).astype(int)
    certain = np.where(rng.random(3000) < 0.03, np.round(p), p)
    proba = np.c_[1 - certain, certain]
    softer = tempered(proba, 2.0)
    assert row_log_loss(y, softer).mean() < row_log_loss(y, proba).mean()
    assert calibration_error(y == 1, softer[:, 1]) > calibration_error(y == 1, certain)
    assert fit_temperature(y, proba) is None
