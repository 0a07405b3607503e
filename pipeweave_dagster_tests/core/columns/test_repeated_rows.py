"""Rows that repeat an earlier one exactly or after rounding."""

import numpy as np

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.repeated_rows import count_repeats
from pipeweave_dagster_tests.factories import make_dataset

N = 2000


def test_rows_alike_after_rounding_are_nearly_alike(tmp_path):
    rng = np.random.default_rng(0)
    plain = {name: rng.normal(size=N) for name in "abc"}
    shaken = {name: np.append(v, v[:100] * (1 + 1e-7)) for name, v in plain.items()}
    labels = rng.integers(0, 2, N)
    found = []
    for number, columns in enumerate((plain, shaken)):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = make_dataset(folder, {**columns, "y": np.resize(labels, len(columns["a"]))}, "y")
        found.append(count_repeats(Table(case.data, case.schema).columns))
    assert [f.rows for f in found] == [0, 0]
    assert found[0].near == 0
    assert 95 <= found[1].near <= 100  # a few values lie on the edge of rounding
