"""A column and its target, from lists of values."""

import pytest

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster_tests.factories import make_dataset


@pytest.fixture
def column_and_target(tmp_path):
    def build(x, y, task="binary"):
        case = make_dataset(tmp_path, {"x": x, "y": y}, "y", task)
        table = Table(case.data, case.schema)
        return table["x"], table.target

    return build
