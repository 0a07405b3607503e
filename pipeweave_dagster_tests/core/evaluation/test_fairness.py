"""Rates and errors per group of a sensitive column."""

import numpy as np
import pytest

from pipeweave_dagster.core.evaluation.fairness import error_by_group, rates_by_group


def test_rates_of_groups_are_what_counting_gives_and_small_groups_are_not_compared():
    truth = np.array([1, 1, 0, 0] * 50 + [1, 0] * 60 + [1, 0] * 4, dtype=bool)
    told = np.array([1, 0, 1, 0] * 50 + [1, 0] * 60 + [0, 1] * 4, dtype=bool)
    groups = ["a"] * 200 + ["b"] * 120 + ["c"] * 8
    found = rates_by_group("race", groups, truth, told)
    a, b, c = found.groups
    assert (a.true_positive.value, a.false_positive.value, a.selection.value) == (0.5, 0.5, 0.5)
    assert a.true_positive.low < 0.5 < a.true_positive.high
    assert (b.true_positive.value, b.false_positive.value) == (1.0, 0.0)
    assert [g.small for g in (a, b, c)] == [False, False, True]
    assert (found.parity_gap, found.odds_gap) == (0.0, 0.5)
    assert "c" in found.notes[0]


def test_values_of_groups_are_compared_by_their_mean_error():
    truth = np.zeros(120)
    said = np.r_[np.linspace(0.5, 1.5, 60), np.linspace(-1, 1, 60)]
    found = error_by_group("sex", ["f"] * 60 + ["m"] * 60, truth, said)
    biased, fair = found.groups
    assert biased.bias.value == pytest.approx(1.0)
    assert biased.bias.low > 0 > fair.bias.low
