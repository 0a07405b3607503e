"""Folds of whole groups, also where there are few of them."""

import numpy as np
import pytest

from pipeweave_dagster.core.quality.structure.probe_rows import ProbeRows
from pipeweave_dagster.core.quality.structure.split_folds import FOLDS, group_outputs


@pytest.mark.parametrize("count", range(2, FOLDS + 2))
@pytest.mark.parametrize("classes", [0, 2, 3, 5])
def test_every_row_is_predicted_by_rows_of_other_groups(count, classes):
    rng = np.random.default_rng(0)
    rows = np.arange(240)
    y = rng.integers(0, classes, 240).astype(float) if classes else rng.normal(size=240)
    groups = np.sort(rng.integers(0, count, 240)).astype(np.int32)
    x = np.column_stack([y + rng.normal(size=240), groups]).astype(np.float32)
    data = ProbeRows(rows, x, ["x", "g"], y, classes)
    found = group_outputs(data, data.without("g"), groups)
    assert found.honest.shape == ((240, classes) if classes else (240,))
    assert (found.honest != 0).all()
    for group in range(count):
        assert len({*found.fold[groups == group]}) == 1
