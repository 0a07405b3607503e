"""Groups are found where columns repeat together, and tried where they tell of errors."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.pipelines.relative_features import (
    encoded_entry,
    layout_with_groups,
    relative_entry,
)
from pipeweave_dagster.core.training.data.explained_errors import bins_of, error_p
from pipeweave_dagster.core.training.data.group_features import Errors, judged_features, significant
from pipeweave_dagster.core.training.data.group_keys import groups_of

RNG = np.random.default_rng(5)
HOUSEHOLD = RNG.permutation(np.repeat(np.arange(200), 4))
FEATURES = pd.DataFrame(
    {
        "income": RNG.integers(10, 60, 200)[HOUSEHOLD] * 1.0,
        "members": RNG.integers(1, 6, 200)[HOUSEHOLD] * 1.0,
        "age": RNG.integers(18, 80, 800) * 1.0,
        "cost": 50 * RNG.normal(size=200)[HOUSEHOLD] + RNG.normal(size=800),
        "noise": RNG.normal(size=800),
    }
)
LAYOUT = Layout(numbers=tuple(FEATURES.columns), few=(), many=(), texts=())
JOINT = ("income", "members")


def test_columns_that_repeat_together_form_a_group():
    found = groups_of(FEATURES, LAYOUT, set(), 10)
    assert {("income",), ("members",), ("age",)} < {*found}
    assert [group for group in found if len(group) > 1] == [JOINT]
    assert groups_of(FEATURES, LAYOUT, {"income", "age"}, 10) == [("members",)]
    income = np.random.default_rng(3).permutation(FEATURES["income"])
    assert groups_of(FEATURES.assign(income=income), LAYOUT, set(), 1)[1:] == []


@pytest.fixture
def rows():
    """The cheapest of each household is chosen, and nothing else tells which."""
    cheapest = FEATURES["cost"] == FEATURES["cost"].groupby(HOUSEHOLD).transform("min")
    y = cheapest.to_numpy(float)[:, None]
    order = np.random.default_rng(1).permutation(800)
    train, valid = np.sort(order[200:]), np.sort(order[:200])
    return Errors(FEATURES, [(train, valid)], y, y[valid] - 0.25)


def test_a_place_in_the_group_is_found_among_noise(rows):
    groups = groups_of(FEATURES, LAYOUT, set(), 10)
    found = significant(judged_features(rows, ["noise", "cost"], groups, [JOINT]), 0.05)
    assert relative_entry("cost", JOINT) in found
    assert not {"age", "noise"} & {name for entry in found for name in entry["columns"]}
    shuffled = rows._replace(errors=np.random.default_rng(2).permutation(rows.errors))
    assert significant(judged_features(shuffled, ["noise", "cost"], groups, []), 0.05) == []


def test_one_choice_in_each_group_is_told_by_the_targets_of_the_others(rows):
    """Where another row of the household is chosen, this one is not."""
    found = judged_features(rows, [], [], [JOINT, ("age",)])
    assert found[0].entry == encoded_entry(JOINT)
    assert found[0].p < 1e-4 < found[1].p


def test_p_values_of_noise_are_uniform_at_most():
    rng = np.random.default_rng(0)
    ps = [error_p(bins_of(rng.normal(size=100)), rng.normal(size=(100, 2))) for _ in range(400)]
    assert np.mean(np.array(ps) < 0.1) < 0.13
    line = np.arange(100.0)
    assert error_p(bins_of(line), line[:, None]) < 1e-20
    bow = np.abs(line - 50)[:, None]
    assert error_p(bins_of(line), bow - bow.mean()) < 1e-20
    assert error_p(bins_of(np.full(100, np.nan)), bow) == 1.0


def test_the_layout_reads_entries_of_both_kinds():
    entries = [relative_entry("cost", JOINT), encoded_entry(("age",))]
    cross = {"name": "ratio(a, b)", "use": "derived", "operator": "ratio", "columns": ["a", "b"]}
    found = layout_with_groups(LAYOUT, [*entries, cross])
    assert found.relative == (("cost", JOINT),)
    assert found.encoded == (("age",),)
