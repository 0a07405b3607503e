"""Equal rows have equal keys, whatever the types."""

import numpy as np

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.row_keys import row_keys
from pipeweave_dagster_tests.factories import make_dataset


def test_equal_rows_have_equal_keys_across_types(tmp_path):
    case = make_dataset(tmp_path, {"x": [1, 1, None, None], "k": ["a", "a", "b", "c"]})
    keys = row_keys(Table(case.data, case.schema).columns)
    assert keys[0] == keys[1]
    assert len(np.unique(keys)) == 3
