"""Groups of classes: found for any grouping and subdivision, and for nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.columns.class_groups import class_groups


@given(
    groups=st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=2, max_size=5),
    seed=st.integers(0, 999),
)
def test_every_coarser_or_finer_recode_is_found(groups, seed):
    """A group has one value for several classes, or one class with several values."""
    rng = np.random.default_rng(seed)
    blocks = [(size, 1) if finer else (1, size) for size, finer in groups]
    counts = np.zeros(np.sum(blocks, axis=0), np.int64)
    expected = []
    row = column = 0
    for number, (rows, columns) in enumerate(blocks):
        counts[row : row + rows, column : column + columns] = rng.integers(5, 90, (rows, columns))
        expected += [number] * columns
        row, column = row + rows, column + columns
    order = rng.permutation(len(counts))
    found = class_groups(counts[order], allowed=0)
    assert found is not None
    assert found.exceptions == 0
    same = np.equal.outer(found.of_class, found.of_class)
    assert (same == np.equal.outer(expected, expected)).all()
    assert sorted(found.sizes) == sorted(
        counts.sum(0)[np.array(expected) == k].sum() for k in range(len(blocks))
    )


def test_a_block_of_several_values_and_classes_is_no_recode():
    counts = np.array([[50, 0, 0], [0, 40, 30], [0, 20, 60]])
    assert class_groups(counts, allowed=5) is None


def test_exceptions_are_counted_and_limited():
    counts = np.array([[500, 400, 1], [1, 0, 600]])
    found = class_groups(counts, allowed=2)
    assert found is not None
    assert (found.exceptions, found.of_class.tolist()) == (2, [0, 0, 1])
    assert class_groups(counts, allowed=1) is None
