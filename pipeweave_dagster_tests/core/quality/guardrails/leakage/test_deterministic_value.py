"""PW211: a single value that determines the class."""

import numpy as np

N = 1000


def test_a_value_that_determines_the_class_alerts(leaks, rng):
    y = rng.integers(0, 2, N)
    flag = ((y == 1) & (rng.random(N) < 0.3)).astype(int)
    found = leaks({"flag": flag, "x": rng.normal(size=N), "y": y})
    assert found == [("PW211", "alerted", "flag")]


def test_many_such_columns_are_one_finding(findings_of, rng):
    y = rng.integers(0, 2, N)
    columns = {f"f{i}": ((y == 1) & (rng.random(N) < 0.3)).astype(int) for i in range(6)}
    [finding] = findings_of("PW211", {**columns, "y": y})
    assert finding.columns == list(columns)


def test_an_impure_value_and_a_rare_one_pass(findings_of, rng):
    y = rng.integers(0, 2, N)
    impure = np.where(rng.random(N) < 0.2, 1 - y, y) * (rng.random(N) < 0.3)
    rare = (np.arange(N) < 15) * y
    assert findings_of("PW211", {"impure": impure, "rare": rare, "y": y}) == []
