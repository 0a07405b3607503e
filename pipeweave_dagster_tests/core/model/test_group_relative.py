"""A row is compared with the known rows of its group and with itself, alone or in a batch."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.model.group_relative import GroupKeys, GroupRelative, key_hashes

GROUPS = st.sampled_from(["a", "b", "c", None])
NUMBERS = st.one_of(st.none(), st.integers(-3, 3), st.just(-0.0))
ROWS = st.lists(st.tuples(GROUPS, st.sampled_from([0.0, -0.0, 1.0]), NUMBERS), max_size=12)


def frame(rows):
    made = pd.DataFrame(rows, columns=["group", "place", "x"])
    text = pd.Series(["text"]).dtype
    return made.astype({"group": text, "place": float, "x": float})


def compared(row, known):
    """The same by its definition: `known` are other rows of the training data."""
    group, place, x = row
    has_group = group is not None and not pd.isna(group)
    mates = [r for r in known if has_group and (r[0], r[1]) == (group, place)]
    size = 1 + len(mates)
    values = [r[2] for r in mates if r[2] is not None]
    if not values:
        return [size, np.nan, np.nan, np.nan, np.nan]
    if x is not None:
        values = [*values, x]
    mean = sum(values) / len(values)
    if x is None:
        return [size, np.nan, np.nan, np.nan, mean]
    rank = (sum(v < x for v in values) + sum(v == x for v in values) / 2) / len(values)
    return [size, x - mean, x / mean if mean else np.nan, rank, mean]


@settings(max_examples=25, deadline=None)
@given(ROWS, st.lists(st.tuples(GROUPS, st.just(1.0), NUMBERS), min_size=1, max_size=3))
def test_rows_are_compared_as_defined(train, further):
    relative = GroupRelative(keys=2)
    learned = relative.fit_transform(frame(train))
    lone = key_hashes(frame(train))[1] % 5 == 0
    others = [train[:k] + train[k + 1 :] for k in range(len(train))]
    expected = [
        [1, *[np.nan] * 4] if alone else compared(row, known)
        for row, known, alone in zip(train, others, lone, strict=True)
    ]
    np.testing.assert_allclose(learned, np.reshape(expected, (-1, 5)), rtol=1e-12, atol=1e-12)
    scored = relative.transform(frame(further))
    expected = [compared(row, train) for row in further]
    np.testing.assert_allclose(scored, expected, rtol=1e-12, atol=1e-12)
    alone = [relative.transform(frame([row])) for row in further]
    np.testing.assert_array_equal(scored, np.concatenate(alone))


def test_the_order_of_rows_changes_no_bit():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"group": rng.integers(0, 30, 200) * 1.0, "x": rng.normal(size=200)})
    moved = rng.permutation(200)
    first = GroupRelative().fit_transform(rows)
    second = GroupRelative().fit_transform(rows.iloc[moved])
    np.testing.assert_array_equal(first[moved], second)
    np.testing.assert_array_equal(
        GroupRelative().fit(rows).transform(rows),
        GroupRelative().fit(rows.iloc[moved]).transform(rows),
    )


@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324])
def test_extreme_numbers_are_finite_or_missing(value):
    rows = pd.DataFrame({"group": ["a", "a", "b"], "x": [value, value, 1.0]})
    made = GroupRelative().fit_transform(rows)
    assert not np.isinf(made).any()


def test_keys_are_equal_where_all_columns_are():
    rows = pd.DataFrame({"a": ["x", "x", "y", None], "b": [0.0, -0.0, 0.0, 0.0]})
    first, second, other, missing = GroupKeys().fit(rows).transform(rows)[:, 0]
    assert first == second != other
    assert np.isnan(missing)


def test_relative_numbers_fit_into_the_float32_of_learners():
    rows = frame([("a", 0.0, 1e37), ("a", 0.0, -1e37), ("a", 0.0, 1e-30), ("b", 0.0, 1e37)])
    made = GroupRelative(keys=2).fit(rows).transform(rows)
    assert not np.isinf(made.astype(np.float32)).any()
