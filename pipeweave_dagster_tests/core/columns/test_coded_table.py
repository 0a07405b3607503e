"""Columns are found by name, whatever it contains."""

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster_tests.factories import make_dataset


def test_names_with_dots_are_read_by_index(tmp_path):
    case = make_dataset(tmp_path, {"a": [1, 2], "a.b": [3, 4], "a.b.": [5, 6]})
    table = Table(case.data, case.schema)
    assert table["a.b"].labels == ["3", "4"]
    assert table["a.b."].labels == ["5", "6"]
