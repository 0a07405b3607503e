"""PW206: a target that can be computed from two columns is blocked."""

import re

import numpy as np
import pytest

N = 1000


@pytest.mark.parametrize("operation", ["sum", "difference", "product", "ratio", "reversed"])
def test_arithmetic_of_two_columns_is_blocked_and_shown_as_it_is(findings_of, rng, operation):
    number = np.round(rng.gamma(2, 50, N), 2)
    a = np.round(rng.gamma(2, 30, N) + 1, 3)
    b = {
        "sum": number - a,
        "difference": a - number,
        "product": number / a,
        "ratio": a / number,
        "reversed": a + number,
    }[operation]
    columns = {"noise": rng.normal(size=N), "a": a, "b": b, "y": number}
    finding = findings_of("PW206", columns, "regression")[0]
    assert (finding.state, set(finding.columns)) == ("blocked", {"a", "b"})
    left, operator, right = re.search("from '(.)' (.) '(.)' ", finding.message).groups()
    compute = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[operator]
    assert np.allclose(compute(columns[left], columns[right]), number)


def test_arithmetic_that_gives_a_class_is_blocked(leaks, rng):
    a, y = rng.normal(0, 40, N), rng.integers(0, 2, N)
    found = leaks({"a": a, "b": y - a, "x": rng.normal(size=N), "y": y})
    assert found == [("PW206", "blocked", "a", "b")]


def test_rare_counts_are_not_arithmetic(leaks, rng):
    y = (rng.random(N) < 0.06).astype(int)
    columns = {f"c{i}": rng.poisson(0.02, N) * rng.integers(1, 9, N) for i in range(12)}
    assert leaks({**columns, "y": y}) == []


def test_a_rule_that_holds_only_where_the_target_is_zero_is_not_arithmetic(leaks, rng):
    row = np.arange(N * 30)
    y = np.where(row % 3000 == 0, 50.0, 0.0)
    sparse = [np.where(rng.random(N * 30) < 0.00005, 5.0, 0.0) for _ in range(2)]
    steps = {f"s{i}": np.where(row < 6, row * 1.0, v) for i, v in enumerate(sparse)}
    assert leaks({**steps, "y": y}, "regression") == []
