"""Columns are found by name, whatever it contains."""

import pytest

from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.documents import SchemaDeduction
from pipeweave_dagster_tests.factories import make_dataset


def test_names_with_dots_are_read_by_index(tmp_path):
    case = make_dataset(tmp_path, {"a": [1, 2], "a.b": [3, 4], "a.b.": [5, 6]})
    table = Table(case.data, case.schema)
    assert table["a.b"].labels == ["3", "4"]
    assert table["a.b."].labels == ["5", "6"]


def test_a_column_is_found_without_a_search_through_the_schema(tmp_path, monkeypatch):
    case = make_dataset(tmp_path, {f"a{j}": [j, j + 1] for j in range(50)})
    monkeypatch.delattr(SchemaDeduction, "column")
    table = Table(case.data, case.schema)
    assert [c.labels for c in table.columns] == [[str(j), str(j + 1)] for j in range(50)]
    with pytest.raises(KeyError):
        table["a50"]
