"""Coding keeps every value, whatever its type; scores are those of the textbook."""

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from pipeweave_dagster.core.columns import predictive_power as powers
from pipeweave_dagster.core.columns.class_contrast import (
    best_cut,
    class_counts,
    class_runs,
    rank_auc,
)
from pipeweave_dagster.core.columns.coded_table import Table
from pipeweave_dagster.core.columns.column import coded
from pipeweave_dagster.core.columns.row_keys import distinct_rows
from pipeweave_dagster.core.documents import ColumnDeduction
from pipeweave_dagster_tests.factories import make_dataset

DAY = dt.date(2024, 2, 29)
MOMENT = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)


def column(values, kind=None, storage="number"):
    info = ColumnDeduction(
        name="x",
        type="numeric",
        storage=storage,
        role="feature",
        confidence=1,
        reason="",
        distinct=0,
        missing=0,
    )
    return coded(info, pa.chunked_array([pa.array(values, kind)]))


@pytest.mark.parametrize(
    ("values", "kind", "storage", "labels"),
    [
        ([3, None, 1, 3], pa.int64(), "integer", ["1", "3"]),
        ([3, None, 1, 3], pa.uint8(), "integer", ["1", "3"]),
        ([10**15, None, 1, 10**15], pa.int64(), "integer", ["1", "1000000000000000"]),
        ([0.5, None, -1.5, float("nan")], pa.float64(), "number", ["-1.5", "0.5"]),
        ([0.5, None, -1.5, 0.5], pa.float32(), "number", ["-1.5", "0.5"]),
        ([True, None, False, True], pa.bool_(), "boolean", ["false", "true"]),
        ([decimal.Decimal("1.5"), None], pa.decimal128(5, 2), "number", ["1.5"]),
        ([DAY, None, DAY], pa.date32(), "date", ["2024-02-29"]),
        ([MOMENT, None], pa.timestamp("us", "UTC"), "datetime", ["2024-02-29 12:30:00+00:00"]),
        ([dt.time(1, 2, 3), None], pa.time64("us"), "time", ["01:02:03"]),
        (["b", None, "a", "b"], pa.string(), "text", ["a", "b"]),
        (["b", None, "a", "b"], pa.large_string(), "text", ["a", "b"]),
        ([None, None], pa.null(), "number", []),
        ([None, None], pa.string(), "text", []),
        ([], pa.string(), "text", []),
        ([], pa.float64(), "number", []),
    ],
)
def test_every_type_is_coded(values, kind, storage, labels):
    found = column(values, kind, storage)
    gone = {i for i, v in enumerate(values) if v is None or v != v}
    assert found.labels == labels
    assert set(np.flatnonzero(found.codes < 0)) == gone
    assert found.counts.sum() == len(values) - len(gone)
    assert found.missing == len(gone)


def test_dates_count_in_seconds():
    assert (
        column([DAY], pa.date32(), "date").numbers[0]
        == column([MOMENT], pa.timestamp("ms"), "datetime").numbers[0] - 45_000
    )


def test_a_dictionary_with_unused_values_is_coded():
    array = pa.DictionaryArray.from_arrays(pa.array([2, None, 2], pa.int32()), ["c", "b", "a"])
    info = column([]).info
    found = coded(info, pa.chunked_array([array]))
    assert (found.labels, found.codes.tolist()) == (["a"], [0, -1, 0])


def test_a_slice_of_an_array_is_coded():
    found = coded(column([]).info, pa.chunked_array([pa.array([9, 8, None, 7]).slice(1)]))
    assert found.values().tolist()[0::2] == [8.0, 7.0]


def test_names_with_dots_are_read_by_their_place(tmp_path):
    case = make_dataset(tmp_path, {"a": [1, 2], "a.b": [3, 4], "a.b.": [5, 6]})
    table = Table(case.data, case.schema)
    assert table["a.b"].labels == ["3", "4"]
    assert table["a.b."].labels == ["5", "6"]


def test_equal_rows_are_counted_over_types(tmp_path):
    case = make_dataset(tmp_path, {"x": [1, 1, None, None], "k": ["a", "a", "b", "c"]})
    assert distinct_rows(Table(case.data, case.schema).columns) == 3


def target_and(tmp_path, x, y, task="binary"):
    case = make_dataset(tmp_path, {"x": x, "y": y}, "y", task)
    table = Table(case.data, case.schema)
    return table["x"], table.target


def test_a_cut_and_its_exceptions(tmp_path):
    x, target = target_and(tmp_path, [1, 2, 3, 4, None, 5], [0, 0, 1, 0, 0, 1])
    cut = best_cut(class_counts(x, target))
    assert (cut.exceptions, cut.place) == (1, 2)


def test_runs_of_classes(tmp_path):
    x, target = target_and(tmp_path, [1, 2, 3, 4, 5, 6], [*"aabbcc"], "multiclass")
    assert class_runs(class_counts(x, target)) == (3, 0)


def test_auc_agrees_with_counting_pairs(tmp_path):
    rng = np.random.default_rng(0)
    values, labels = rng.integers(0, 9, 80), rng.integers(0, 2, 80)
    x, target = target_and(tmp_path, values, labels)
    up, down = values[labels == 1][:, None], values[labels == 0][None, :]
    expected = float(((up > down) + (up == down) / 2).mean())
    assert rank_auc(class_counts(x, target), 1) == pytest.approx(max(expected, 1 - expected))


def test_rank_correlation_agrees_with_its_definition():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5, 60).astype(np.int32), rng.integers(0, 7, 60).astype(np.int32)
    ranks = [np.array([((v < w).sum() + (v == w).sum() / 2) for w in v]) for v in (x, y)]
    assert powers.rank_correlation(x, y) == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_noise_has_no_power_and_a_copy_has_all(tmp_path):
    rng = np.random.default_rng(0)
    y = rng.normal(size=4000)
    half = powers.halves(4000)
    x, target = target_and(tmp_path, rng.normal(size=4000), y, "regression")
    assert abs(powers.power(*powers.binned(x), target, half).value) < 0.1
    x, target = target_and(tmp_path, y, y, "regression")
    assert powers.power(*powers.binned(x), target, half).value > 0.98


def test_bins_hold_equal_shares_and_keep_equal_values_together(tmp_path):
    values = np.concatenate([np.zeros(500), np.arange(1, 501)])
    x, _ = target_and(tmp_path, values, np.arange(1000) % 2)
    codes, levels = powers.binned(x, 10)
    assert levels <= 11
    assert len(set(codes[:500])) == 1
