"""Effect sizes do not grow with the rows, and p-values hold for samples of one population."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.monitoring.error_rate import level_of
from pipeweave_dagster.core.monitoring.two_samples import (
    kolmogorov_smirnov,
    share_p_value,
    total_variation,
    unseen_p_value,
)

pytestmark = pytest.mark.slow  # the file with all its variants


def counted(values):
    return np.unique(values, return_counts=True)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(2, 50))
def test_more_rows_of_the_same_shares_keep_the_effect_and_lower_the_p_value(values, times):
    other = [v + 1 for v in values]
    first, second = counted(values), counted(other)
    many = [(v.astype(float), c * times) for v, c in (first, second)]
    once = kolmogorov_smirnov(first, second)
    assert kolmogorov_smirnov(*many)[0] == pytest.approx(once[0])
    assert kolmogorov_smirnov(*many)[1] <= once[1]


@given(*2 * [st.lists(st.integers(0, 30), max_size=40)])
def test_the_distance_is_the_largest_difference_of_the_shares_at_any_value(values, others):
    first, second = (counted(np.array(v, float)) for v in (values, others))
    shares = [[np.mean(np.array(v) <= at) if v else 0.0 for at in range(31)]
              for v in (values, others)]  # fmt: skip
    largest = max(abs(a - b) for a, b in zip(*shares, strict=True))
    assert kolmogorov_smirnov(first, second)[0] == round(largest, 6)
    assert kolmogorov_smirnov(second, first)[0] == round(largest, 6)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 400), st.integers(1, 400))
def test_p_values_are_probabilities_and_symmetric(rows, total, others, all_others):
    first, second = (min(rows, total), total), (min(others, all_others), all_others)
    p_value = share_p_value(first, second)
    assert 0 <= p_value <= 1
    assert p_value == pytest.approx(share_p_value(second, first)) or total == all_others


@pytest.mark.parametrize("rows", [200, 3_000])
def test_p_values_are_no_smaller_than_chance(rows):
    """Of 400 comparisons of one population, about 20 may have a p-value below 0.05."""
    rng = np.random.default_rng(0)
    below = {"numbers": 0, "categories": 0, "unseen": 0}
    for _ in range(400):
        old, new = rng.normal(size=2_000).round(2), rng.normal(size=rows).round(2)
        below["numbers"] += kolmogorov_smirnov(counted(old), counted(new))[1] < 0.05
        a, b = rng.zipf(1.6, 2_000) % 500, rng.zipf(1.6, rows) % 500
        both = [np.bincount(side, minlength=500) for side in (a, b)]
        below["categories"] += total_variation(*both)[1] < 0.05
        fresh = both[1][both[0] == 0]
        unseen = unseen_p_value(int(fresh.max()), 2_000, rows, 500)
        below["unseen"] += unseen < 0.05
    assert max(below.values()) <= 33  # three standard deviations above 20


def test_the_level_of_all_batches_together_is_bounded():
    levels = [level_of(number) for number in range(1, 2_000)]
    assert sum(levels) < 0.05
    assert levels == sorted(levels, reverse=True)
