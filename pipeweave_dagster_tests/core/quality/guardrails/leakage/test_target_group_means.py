"""PW207: target encodings computed on all rows are blocked."""

import numpy as np
import pytest

N = 1000


@pytest.mark.parametrize("digits", [4, 12])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_group_means_of_the_target_are_blocked(leaks, rng, task, digits):
    y = rng.integers(0, 2, N) if task == "binary" else np.round(rng.gamma(2, 50, N), 2)
    groups = rng.integers(0, N // 4, N)
    means = np.bincount(groups, y) / np.maximum(1, np.bincount(groups))
    columns = {"mean": means[groups].round(digits), "x": rng.normal(size=N), "y": y}
    found = leaks(columns, task)
    assert [f for f in found if f[1] == "blocked"] == [("PW207", "blocked", "mean")]


def test_group_means_of_another_variable_pass(findings_of, rng):
    groups = rng.integers(0, N // 4, N)
    other = rng.normal(size=N)
    means = np.bincount(groups, other) / np.maximum(1, np.bincount(groups))
    assert findings_of("PW207", {"mean": means[groups], "y": rng.integers(0, 2, N)}) == []
