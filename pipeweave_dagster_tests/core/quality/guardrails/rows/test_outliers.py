"""PW606: a few extreme outliers."""

import numpy as np
import pytest

from pipeweave_dagster_tests.factories import brief

N = 2000


def test_a_misplaced_decimal_point_alerts_and_a_long_tail_passes(findings_of, rng):
    width = 5.7 + rng.normal(size=N) / 2
    width[3] = 58.9
    columns = {"width": width, "income": np.exp(rng.normal(10, 1, N)), "x": rng.normal(size=N)}
    found = findings_of("PW606", {**columns, "y": rng.integers(0, 2, N)})
    assert brief(found) == [("PW606", "alerted", "width")]


def test_large_numbers_are_written_out(findings_of, rng):
    wide = 3e7 * rng.normal(size=N)
    wide[3] = 1e12
    [found] = findings_of("PW606", {"w": wide, "x": rng.normal(size=N), "y": rng.integers(0, 2, N)})
    assert "extreme outliers in 1 row; 99% of the rows lie within" in found.message
    assert "e+" not in found.message


@pytest.mark.parametrize("extreme", [1e9, -1e6, 5e4])
@pytest.mark.parametrize(("rows", "few"), [(600, 3), (600, 8), (60, 1), (5000, 40)])
@pytest.mark.parametrize("step", [1.0, 5.0])
def test_extreme_targets_are_reported(findings_of, rng, extreme, rows, few, step):
    y = np.round(rng.uniform(0, 100, rows) / step) * step
    y[:few] = extreme
    columns = {"x": rng.normal(size=rows), "y": y}
    [finding] = findings_of("PW606", columns, "regression")
    assert (finding.columns, finding.evidence["rows"]) == (["y"], few)
    assert "outweigh all other rows" in finding.message


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=N),
        lambda rng: rng.lognormal(3, 2, N),
        lambda rng: rng.exponential(size=N),
        lambda rng: rng.poisson(2, N).astype(float),
        lambda rng: np.where(rng.random(N) < 0.1, rng.lognormal(5, 0.5, N), 0.0),
        lambda rng: rng.standard_t(5, N),
    ],
)
def test_targets_with_long_tails_pass(findings_of, rng, draw):
    columns = {"x": rng.normal(size=N), "y": draw(rng)}
    assert findings_of("PW606", columns, "regression") == []
