"""Numbers for people: the ends of a range are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.number_format import ends


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
