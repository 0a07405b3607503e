"""Only what names groups of rows is offered as a group; a count, an age or a year is none."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.training.new_groups import is_identity

RNG = np.random.default_rng(0)
ROWS = 900


@pytest.mark.parametrize(
    ("values", "identity"),
    [
        (RNG.integers(1, 8, ROWS), False),  # rooms
        (RNG.integers(1, 95, ROWS), False),  # ages
        (RNG.integers(1890, 2023, ROWS), False),  # years of building
        (RNG.integers(0, 40, ROWS) / 4, False),  # distances
        (RNG.choice([f"P{i:05d}" for i in range(120)], ROWS), True),  # patients
        (900 + 7 * RNG.integers(0, 60, ROWS), True),  # numbers of races
        (RNG.choice(["north", "south", "east", "west"], ROWS), False),  # few regions
        ([f"R{i}" for i in range(ROWS)], False),  # each row its own
    ],
)
def test_groups_are_identities(values, identity):
    column = pd.Series(values)
    assert is_identity(column) == identity
    assert is_identity(column.mask(np.arange(ROWS) % 9 == 0)) == identity
