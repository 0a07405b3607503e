"""Drift is told apart from chance, and small batches are not judged."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.model.test_row_columns import output_columns
from pipeweave_dagster.core.monitoring import measure_drift
from pipeweave_dagster.core.monitoring.predicted_files import PredictedFiles


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


def texts(rows, words, count=400):
    """Free texts, seldom equal, each with one of some words."""
    return [
        f"order {rows.bytes(4).hex()} and why: {rows.choice(words)} again" for _ in range(count)
    ]


def test_texts_drift_by_their_words(tmp_path, rows):
    old = stored(tmp_path / "a", text=texts(rows, ["parcel", "login", "invoice"]))
    same = stored(tmp_path / "b", text=texts(rows, ["parcel", "login", "invoice"], 300))
    other = stored(tmp_path / "c", text=texts(rows, ["parcel"] * 8 + ["login"], 300))
    assert measure_drift("b", old, same, ["text"]).verdict == "stable"
    (text,) = measure_drift("c", old, other, ["text"]).drifted
    assert "the word 'parcel'" in text.note
    assert 0.4 < text.score < 0.7
    (hidden,) = measure_drift("c", old, other, ["text"], hidden=["text"]).drifted
    assert "parcel" not in hidden.note


def test_texts_of_one_population_rarely_alarm(tmp_path, rows):
    words = [f"w{chr(97 + i)}{chr(97 + k)}" for i in range(20) for k in range(20)]
    old = stored(tmp_path / "a", text=texts(rows, words, 1000))
    batches = [stored(tmp_path / f"b{i}", text=texts(rows, words, 60)) for i in range(20)]
    assert sum(measure_drift("b", old, b, ["text"]).verdict == "drifted" for b in batches) <= 1


@pytest.mark.parametrize("classes", [[], ["no", "yes"], ["a", "b", "c"]])
def test_predictions_drift_where_no_feature_does(tmp_path, rows, classes):
    def outputs(path, low):
        first = rows.uniform(low, 1, 300)
        names = output_columns(classes)
        shares = [first, *[(1 - first) / max(1, len(names) - 1)] * (len(names) - 1)]
        return stored(path, **dict(zip(names, shares, strict=True)))

    features = [stored(tmp_path / name, x=rows.normal(size=300)) for name in "ab"]
    test_rows = outputs(tmp_path / "tested", 0.0)
    for low, verdict in ((0.0, "stable"), (0.7, "drifted")):
        batch = outputs(tmp_path / f"batch{low}", low)
        files = PredictedFiles(target="y", classes=classes, batch=batch, test_rows=test_rows)
        report = measure_drift("b", *features, ["x"], predicted=files)
        assert report.verdict == verdict
        assert [c.name for c in report.drifted] == (["y (predicted)"] if low else [])


def test_predictions_of_a_sample_are_named_as_such(tmp_path, rows):
    features = [stored(tmp_path / name, x=rows.normal(size=300)) for name in "ab"]
    whole, part = (stored(tmp_path / f"{n}", prediction=rows.normal(size=n)) for n in (300, 100))
    for batch, notes in (
        (whole, []),
        (part, ["The predictions compared are those of 100 of the 300 rows."]),
    ):
        files = PredictedFiles(target="y", classes=[], batch=batch, test_rows=whole)
        assert measure_drift("b", *features, ["x"], predicted=files).notes == notes
