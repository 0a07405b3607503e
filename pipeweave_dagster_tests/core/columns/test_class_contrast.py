"""Cut points, runs and AUC of an ordered column against the classes."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns.class_contrast import (
    best_cut,
    class_counts,
    class_runs,
    rank_aucs,
)


def test_a_cut_and_its_exceptions(column_and_target):
    x, target = column_and_target([1, 2, 3, 4, None, 5], [0, 0, 1, 0, 0, 1])
    cut = best_cut(class_counts(x, target))
    assert (cut.exceptions, cut.position) == (1, 2)


def test_runs_of_classes(column_and_target):
    x, target = column_and_target([1, 2, 3, 4, 5, 6], [*"aabbcc"], "multiclass")
    assert class_runs(class_counts(x, target)) == (3, 0)


@pytest.mark.parametrize("classes", [2, 3, 40])
def test_auc_agrees_with_counting_pairs(classes, column_and_target):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 9, 80)
    labels = np.append(np.arange(classes), rng.integers(0, classes, 80 - classes))
    x, target = column_and_target(values, labels, "multiclass")
    expected = [_by_pairs(values, labels == c) for c in range(classes)]
    better = [max(auc, 1 - auc) for auc in expected]
    assert rank_aucs(class_counts(x, target)).tolist() == pytest.approx(better)


def _by_pairs(scores, inside):
    up, down = scores[inside][:, None], scores[~inside][None, :]
    return float(((up > down) + (up == down) / 2).mean())


def test_auc_of_a_class_without_values_is_that_of_chance(column_and_target):
    x, target = column_and_target([1, 2, None, None], [*"aabb"], "multiclass")
    assert rank_aucs(class_counts(x, target)).tolist() == [0.5, 0.5]
