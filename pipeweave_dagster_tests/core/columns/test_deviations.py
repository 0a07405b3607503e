"""Shares of variance against exact rational arithmetic, whatever the offset of the values."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.columns.deviations import standardised
from pipeweave_dagster.core.columns.predictive_power import power, split_halves

OFFSETS = [0.0, 1.0, -1e3, 1e6, 1e9, -1e9, 1e12, -1e12]


def exact_r2(codes, levels, values, half):
    """Compute the same definition without rounding."""
    exact = [Fraction(v) for v in values]
    means = {}
    for side in (0, 1):
        own = [v for v, h in zip(exact, half, strict=True) if h == side]
        overall = sum(own, Fraction(0)) / max(1, len(own))
        for code in range(levels):
            rows = zip(exact, codes, half, strict=True)
            cell = [v for v, c, h in rows if h == side and c == code]
            means[side, code] = (sum(cell, Fraction(0)) + overall) / (len(cell) + 1)
    centre = sum(exact) / len(exact)
    rows = zip(exact, codes, half, strict=True)
    residual = sum((v - means[1 - h, c]) ** 2 for v, c, h in rows)
    return float(1 - residual / sum((v - centre) ** 2 for v in exact))


def r2(codes, levels, values):
    target = SimpleNamespace(known=np.ones(len(values), dtype=bool), values=np.array(values))
    half = split_halves(len(values))
    return power(np.array(codes, np.int32), levels, target, half).value, half.tolist()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-80, 80)), min_size=8, max_size=60),
    st.sampled_from(OFFSETS),
    st.sampled_from([1.0, 0.125, 2.0**-6]),
)
def test_r2_equals_exact_arithmetic_and_never_exceeds_one(rows, offset, unit):
    codes = [code for code, _ in rows]
    values = [offset + noise * unit for _, noise in rows]
    if len(set(values)) < 2:
        return
    found, half = r2(codes, 4, values)
    half_ = [int(h) for h in half]
    if len(set(half_)) < 2:
        return
    expected = exact_r2(codes, 4, values, half_)
    assert found <= 1
    assert found == pytest.approx(expected, abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("rows", [5, 50, 5000])
def test_noise_that_nothing_predicts_has_no_r2_at_any_offset(offset, rows):
    rng = np.random.default_rng(3)
    noise = np.round(rng.normal(0, 1, rows) * 64) / 64
    found, _ = r2(rng.integers(0, 4, rows), 4, offset + noise)
    plain, _ = r2(np.random.default_rng(3).integers(0, 4, rows), 4, noise)
    assert found <= 0.9
    assert np.isfinite([found, plain]).all()


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=40), st.sampled_from(OFFSETS))
def test_deviations_do_not_depend_on_the_offset(numbers, offset):
    shifted = standardised(offset + np.array(numbers, dtype=float))
    assert np.allclose(shifted, standardised(np.array(numbers, dtype=float)), atol=1e-9)
    assert np.abs(shifted).max() <= 1


@pytest.mark.parametrize(
    "values", [[], [7.1], [1e12 + 0.1] * 9, [1e308, -1e308, 1e308], [5e-324, 0]]
)
def test_extreme_and_equal_values_stay_finite(values):
    assert np.isfinite(standardised(np.array(values, dtype=float))).all()
