"""Drift is told apart from chance, and small batches are not judged."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.monitoring import measure_drift


def stored(path, **columns):
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def rows():
    return np.random.default_rng(0)


def test_a_moved_number_a_new_category_and_a_stable_column(tmp_path, rows):
    old = stored(tmp_path / "a", x=rows.normal(size=2000), k=["a", "b"] * 1000, s=[1, 2] * 1000)
    new = stored(tmp_path / "b", x=rows.normal(1, 1, 500), k=["a", "c"] * 250, s=[1.0, 2.0] * 250)
    report = measure_drift("b", old, new, ["x", "k", "s"])
    assert report.verdict == "drifted"
    assert {c.name: c.drifted for c in report.columns} == {"x": True, "k": True, "s": False}
    assert "250 rows" in report.columns[1].note


def test_samples_of_one_population_rarely_alarm(tmp_path, rows):
    old = stored(tmp_path / "a", **{f"x{i}": rows.normal(size=1000) for i in range(8)})
    alarms = 0
    for _ in range(20):
        new = stored(tmp_path / "b", **{f"x{i}": rows.normal(size=60) for i in range(8)})
        report = measure_drift("b", old, new, [f"x{i}" for i in range(8)])
        alarms += report.verdict == "drifted"
    assert alarms <= 2


def test_few_rows_are_not_judged(tmp_path):
    old = stored(tmp_path / "a", x=list(range(100)))
    report = measure_drift("b", old, stored(tmp_path / "b", x=[900] * 10), ["x"])
    assert (report.verdict, report.columns) == ("too few rows", [])


def test_missing_values_and_missing_columns_are_drift(tmp_path):
    old = stored(tmp_path / "a", x=[1.0] * 200, y=[1] * 200)
    report = measure_drift(
        "b", old, stored(tmp_path / "b", x=[None] * 100 + [1.0] * 100), ["x", "y"]
    )
    assert [c.drifted for c in report.columns] == [True, True]
    assert report.columns[1].score is None


def test_a_column_that_changed_its_type_is_drift(tmp_path):
    old = stored(tmp_path / "a", x=[1.0, 2.0] * 100)
    report = measure_drift("b", old, stored(tmp_path / "b", x=["u", "v"] * 100), ["x"])
    assert report.columns[0].drifted
    assert "from number to text" in report.columns[0].note
