"""Shares of a whole, as the tables of a report show them, add up to 100.0 per cent."""

from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.eda.view_rows import percent, percents


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12), st.integers(0, 500))
def test_shares_add_up_and_none_is_far_from_its_own(parts, missing):
    total = sum(parts) + missing
    shown = percents(parts, total)
    rest = percents([*parts, missing], total)[-1] if missing else "0.0 %"
    numbers = [float(text[:-2]) for text in (*shown, rest) if text[0] not in "<>"]
    if len(numbers) == len(parts) + 1:
        assert round(sum(numbers), 1) == 100
    for text, part in zip(shown, parts, strict=True):
        own = percent(part / total)
        assert text == own or abs(float(text[:-2]) - 100 * part / total) < 0.1


def test_nearly_nothing_and_nearly_all_are_not_rounded_away():
    assert percents([99_999, 1], 100_000) == ["> 99.9 %", "< 0.1 %"]
    assert percents([0], 0) == ["n/a"]
