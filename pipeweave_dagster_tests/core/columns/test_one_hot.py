"""One-hot encoded categories are found in any order, also among unrelated flags."""

import numpy as np
import pytest

from pipeweave_dagster.core.columns.one_hot import one_hot_groups


class Flag:
    def __init__(self, name, is_set):
        self.name, self.codes = name, is_set.astype(np.int32)
        self.counts = np.bincount(self.codes, minlength=2)
        self.distinct, self.present, self.rows = 2, len(is_set), len(is_set)


@pytest.mark.parametrize("seed", range(5))
def test_two_encodings_among_other_flags(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 5, 400), rng.integers(0, 4, 400)
    flags = [Flag(f"a{k}", a == k) for k in range(5)] + [Flag(f"b{k}", b == k) for k in range(4)]
    flags += [Flag(f"x{k}", rng.random(400) < 0.1 * (k + 1)) for k in range(4)]
    found = one_hot_groups([flags[i] for i in rng.permutation(len(flags))])
    assert sorted(sorted(flag.name for flag in group) for group, _ in found) == [
        [f"a{k}" for k in range(5)],
        [f"b{k}" for k in range(4)],
    ]
    group, category = next(each for each in found if len(each[0]) == 5)
    assert [group[code].name for code in category] == [f"a{k}" for k in a]


def test_flags_that_leave_rows_out_are_no_encoding():
    k = np.arange(400) % 5
    assert one_hot_groups([Flag(f"a{i}", k == i) for i in range(4)]) == []
