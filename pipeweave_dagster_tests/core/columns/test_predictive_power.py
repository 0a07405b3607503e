"""Scores of single columns are those of the textbook."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns import predictive_power as powers


def test_rank_correlation_agrees_with_its_definition():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5, 60).astype(np.int32), rng.integers(0, 7, 60).astype(np.int32)
    ranks = [np.array([((v < w).sum() + (v == w).sum() / 2) for w in v]) for v in (x, y)]
    assert powers.rank_correlation(x, y) == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_noise_has_no_power_and_a_copy_has_all(column_and_target):
    rng = np.random.default_rng(0)
    y = rng.normal(size=4000)
    half = powers.split_halves(4000)
    x, target = column_and_target(rng.normal(size=4000), y, "regression")
    assert abs(powers.power(*powers.binned(x), target, half).value) < 0.1
    x, target = column_and_target(y, y, "regression")
    assert powers.power(*powers.binned(x), target, half).value > 0.98


def test_bins_have_equal_shares_and_do_not_split_equal_values(column_and_target):
    values = np.concatenate([np.zeros(500), np.arange(1, 501)])
    x, _ = column_and_target(values, np.arange(1000) % 2)
    codes, levels = powers.binned(x, 10)
    assert levels <= 11
    assert len(set(codes[:500])) == 1


@pytest.mark.parametrize("levels", [1, 2, 7, 60])
@pytest.mark.parametrize("classes", [2, 5, 30])
def test_tied_auc_agrees_with_counting_pairs_of_rows(levels, classes):
    rng = np.random.default_rng(levels * classes)
    rows, labels = rng.integers(0, levels, 200), rng.integers(0, classes - 1, 200)
    table = np.zeros((levels, classes))
    np.add.at(table, (rows, labels), 1)
    predicted = rng.integers(0, 4, (levels, classes)) / 3
    found = powers._tied_aucs(predicted, table)
    for c in range(classes - 1):
        scores = predicted[rows, c]
        up, down = scores[labels == c][:, None], scores[labels != c][None, :]
        pairs = ((up > down) + (up == down) / 2).mean() if up.size and down.size else np.nan
        assert found[c] == pytest.approx(pairs, nan_ok=True)
    assert np.isnan(found[-1])
