"""Cut points, runs and AUC of an ordered column against the classes."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns.class_contrast import (
    best_cut,
    class_counts,
    class_runs,
    rank_auc,
)


def test_a_cut_and_its_exceptions(column_and_target):
    x, target = column_and_target([1, 2, 3, 4, None, 5], [0, 0, 1, 0, 0, 1])
    cut = best_cut(class_counts(x, target))
    assert (cut.exceptions, cut.position) == (1, 2)


def test_runs_of_classes(column_and_target):
    x, target = column_and_target([1, 2, 3, 4, 5, 6], [*"aabbcc"], "multiclass")
    assert class_runs(class_counts(x, target)) == (3, 0)


def test_auc_agrees_with_counting_pairs(column_and_target):
    rng = np.random.default_rng(0)
    values, labels = rng.integers(0, 9, 80), rng.integers(0, 2, 80)
    x, target = column_and_target(values, labels)
    up, down = values[labels == 1][:, None], values[labels == 0][None, :]
    expected = float(((up > down) + (up == down) / 2).mean())
    assert rank_auc(class_counts(x, target), 1) == pytest.approx(max(expected, 1 - expected))
