"""Encoding keeps every value of every type."""

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from pipeweave_dagster.core.columns.encode_column import encode_column
from pipeweave_dagster.core.columns.value_counts import count_values
from pipeweave_dagster.core.documents import ColumnDeduction

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
    return encode_column(info, pa.chunked_array([pa.array(values, kind)]))


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
    counted = count_values(pa.chunked_array([pa.array(values, kind)]), storage)
    assert (counted.labels, counted.counts.tolist()) == (labels, found.counts.tolist())
    assert (counted.rows, counted.ordered) == (found.rows, found.ordered)
    numbers = [None if n is None else n.tolist() for n in (counted.numbers, found.numbers)]
    assert numbers[0] == numbers[1]


def test_dates_count_in_seconds():
    assert (
        column([DAY], pa.date32(), "date").numbers[0]
        == column([MOMENT], pa.timestamp("ms"), "datetime").numbers[0] - 45_000
    )


def test_a_dictionary_with_unused_values_is_coded():
    array = pa.DictionaryArray.from_arrays(pa.array([2, None, 2], pa.int32()), ["c", "b", "a"])
    info = column([]).info
    found = encode_column(info, pa.chunked_array([array]))
    assert (found.labels, found.codes.tolist()) == (["a"], [0, -1, 0])
    counted = count_values(pa.chunked_array([array]), "text")
    assert (counted.labels, counted.counts.tolist(), counted.missing) == (["a"], [2], 1)


def test_a_slice_of_an_array_is_coded():
    found = encode_column(column([]).info, pa.chunked_array([pa.array([9, 8, None, 7]).slice(1)]))
    assert found.values().tolist()[0::2] == [8.0, 7.0]
