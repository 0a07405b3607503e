"""Numbers for people: the ends of a range are told apart."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeweave_dagster.core.number_format import compared, ends, estimated


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (40.7712, 40.7755, ("40.7712", "40.7755")),
        (0.0, 9999999.0, ("0", "9,999,999")),
        (1e9, 1e9 + 1, ("1,000,000,000", "1,000,000,001")),
        (-1.0, 5.0, ("-1", "5")),
        (3.0, 3.0, ("3", "3")),
        (0.12345678, 0.9, ("0.1235", "0.9")),
    ],
)
def test_ends_have_the_digits_that_tell_them_apart(low, high, shown):
    assert ends(low, high) == shown


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e6))
def test_different_ends_are_shown_differently(low, width):
    first, last = ends(low, low + width)
    assert first != last
    near = float(last.replace(",", "")) - float(first.replace(",", ""))
    assert near == pytest.approx((low + width) - low, rel=0.25)


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (
            -0.0001835,
            -0.007606,
            0.007753,
            "0.0002 worse (95 % interval: 0.0076 worse to 0.0078 better)",
        ),
        (-0.00001, -0.04, 0.05, "equal (95 % interval: 0.04 worse to 0.05 better)"),
        (1204.5, 300.2, 2100.7, "1,204 better (95 % interval: 300.2 better to 2,101 better)"),
        (0.0, 0.0, 0.0, "equal (95 % interval: equal to equal)"),
        (0.5, None, None, "0.5 better"),
        (float("nan"), None, None, "n/a"),
    ],
)
def test_a_difference_has_the_decimals_that_its_interval_warrants(value, low, high, text):
    assert compared(value, low, high) == text


@example(low=5.960464477539063e-08, width=5.960464477539063e-08, place=0.87109375)
@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9), st.floats(0, 1))
def test_an_estimate_stays_within_a_hundredth_of_the_width_of_its_interval(low, width, place):
    high = low + width
    value = low + place * (high - low)
    exact = (value, low, high)
    places = [float(text.replace(",", "")) for text in estimated(*exact)]
    size = max(abs(low), abs(high), 1e-9)
    error = max(0.006 * (high - low), 0.0006 * size)
    assert all(abs(a - b) <= error for a, b in zip(places, exact, strict=True))
