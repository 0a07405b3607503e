"""Weak segments: a planted one is found first, and noise is not reported."""

import numpy as np
import pytest

from pipeweave_dagster.core.evaluation.segments import weak_segments
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster_tests.factories import calibrated_rows


@pytest.fixture(scope="module")
def rows():
    return calibrated_rows()


def test_a_planted_weak_segment_comes_first_and_noise_names_none(rows):
    y, p, features = rows
    proba = np.c_[1 - p, p]
    assert weak_segments(ScoredTest(["n", "y"], y, proba, proba, features), "log_loss") == []
    planted = features.assign(bad=np.where(np.arange(4000) % 20 == 0, "yes", "no"))
    flipped = np.where(planted["bad"] == "yes", 1 - y, y)
    found = weak_segments(ScoredTest(["n", "y"], flipped, proba, proba, planted), "log_loss")
    assert (found[0].column, found[0].values, found[0].rows) == ("bad", "yes", 200)
    assert 0 < found[0].low < found[0].excess < found[0].high


def test_a_planted_segment_comes_before_a_large_one_that_is_only_harder_to_tell(rows):
    """As on Adult, where a third of the rows (the married) are less certain than the others."""
    rng = np.random.default_rng(5)
    _, _, features = rows
    married = rng.random(4000) < 0.4
    bad = rng.random(4000) < 0.05
    p = np.where(married, 0.45, 0.05)
    y = (rng.random(4000) < p).astype(int)
    y = np.where(bad & (rng.random(4000) < 0.5), 1 - y, y)
    told = features.assign(married=married.astype(str), bad=bad.astype(str))
    proba = np.c_[1 - p, p]
    found = weak_segments(ScoredTest(["n", "y"], y, proba, proba, told), "log_loss")
    assert [(s.column, s.values) for s in found] == [("bad", "True"), ("married", "True")]
    assert [s.low for s in found] == sorted((s.low for s in found), reverse=True)
