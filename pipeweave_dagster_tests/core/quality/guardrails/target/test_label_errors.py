"""PW107: flipped labels are found, and irreducible noise is not blamed on labels."""

import numpy as np
import pytest

N = 12_000


@pytest.fixture(scope="module")
def table():
    """Four predictors and a copy of one, noisy labels, and the same labels with 5 % flipped."""
    rng = np.random.default_rng(0)
    x = [rng.normal(size=N) for _ in range(4)]
    log_odds = 7 * x[0] + 4 * x[1] + np.abs(x[2]) - 1
    noisy = (rng.random(N) < 1 / (1 + np.exp(-log_odds))).astype(int)
    wrong = rng.random(N) < 0.05
    columns = {**{f"x{i}": values for i, values in enumerate(x)}, "copy": x[0] * 3}
    return columns, noisy, np.where(wrong, 1 - noisy, noisy), wrong


def test_noise_passes_and_flips_are_an_alert(findings_of, table):
    columns, noisy, flipped, wrong = table
    assert findings_of("PW107", {**columns, "y": noisy}) == []
    [finding] = findings_of("PW107", {**columns, "y": flipped})
    assert finding.evidence["rows"] > 1.75 * finding.evidence["by_chance"]
    rows = np.array(finding.evidence["first"]) - 1
    assert wrong[rows].mean() >= 0.7


@pytest.mark.parametrize("rows", [200, 1000])
def test_few_rows_are_not_judged(findings_of, table, rows):
    columns, _, flipped, _ = table
    few = {"x": columns["x0"][:rows], "z": columns["x1"][:rows], "y": flipped[:rows]}
    assert findings_of("PW107", few) == []
