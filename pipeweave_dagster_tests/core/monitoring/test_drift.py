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
    assert [c.name for c in report.columns] == ["k", "x", "s"]
    assert "250 rows (50.0%) have categories unseen" in report.columns[0].note


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
    absent, emptied = report.columns
    assert (absent.name, absent.score, absent.change) == ("y", None, "absent")
    assert (emptied.change, emptied.score) == ("missing values", 0.5)


def test_a_column_that_changed_its_type_is_drift(tmp_path):
    old = stored(tmp_path / "a", x=[1.0, 2.0] * 100)
    report = measure_drift("b", old, stored(tmp_path / "b", x=["u", "v"] * 100), ["x"])
    assert report.columns[0].drifted
    assert "from number to text" in report.columns[0].note


def test_a_planted_shift_of_half_a_standard_deviation_is_named_first(tmp_path, rows):
    names = [f"x{i}" for i in range(30)]
    old = stored(tmp_path / "a", **{name: rows.normal(size=5000) for name in names})
    table = {name: rows.normal(size=1000) for name in names}
    table["x17"] = table["x17"] + 0.5
    report = measure_drift("b", old, stored(tmp_path / "b", **table), names, level=1e-6)
    assert [c.name for c in report.drifted] == ["x17"]
    assert report.columns[0].name == "x17"
    assert "have moved; median" in report.columns[0].note


def test_a_certain_but_tiny_change_of_many_rows_is_no_drift(tmp_path, rows):
    old = stored(tmp_path / "a", x=rows.normal(size=200_000))
    report = measure_drift("b", old, stored(tmp_path / "b", x=rows.normal(0.05, 1, 200_000)), ["x"])
    (column,) = report.columns
    assert column.p_value is not None
    assert column.p_value < 1e-9
    assert not column.drifted


def test_dates_advance_without_drift_but_may_be_missing(tmp_path):
    days = np.arange("2020-01-01", "2021-02-04", dtype="datetime64[D]")
    later = pa.array([None] * 150 + (days[:250] + 400).tolist())
    old = stored(tmp_path / "a", d=days)
    same = measure_drift("b", old, stored(tmp_path / "b", d=days + 400), ["d"])
    gaps = measure_drift("b", old, stored(tmp_path / "c", d=later), ["d"])
    assert same.verdict == "stable"
    assert [c.change for c in gaps.drifted] == ["missing values"]


def test_new_names_among_many_rare_ones_are_no_drift(tmp_path, rows):
    old = stored(tmp_path / "a", x=[f"n{i}" for i in range(3000)])
    report = measure_drift("b", old, stored(tmp_path / "b", x=[f"m{i}" for i in range(900)]), ["x"])
    assert report.verdict == "stable"
