# ruff: noqa: DTZ001 - times without a zone are what is stored
"""Parquet, Feather and Arrow columns of any type are read with their values, never a crash."""

import contextlib
import datetime as dt
import decimal
import json
import math
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather, ipc

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.ingest.types.plain_characters import INVISIBLE

pytestmark = pytest.mark.slow  # the file with all its variants

UTC = dt.UTC


def as_parquet(table):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def as_feather(table):
    sink = pa.BufferOutputStream()
    feather.write_feather(table, sink)
    return sink.getvalue().to_pybytes()


def as_stream(table):
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


WRITERS = [as_parquet, as_feather, as_stream]


def table_of(array, name="x"):
    return pa.table({name: array, "n": range(len(array)), "word": ["w"] * len(array)})


@pytest.mark.pairwise
@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "+02:00"])
@pytest.mark.parametrize("count", [3, 2000])
def test_times_with_a_zone_are_read_in_utc(read, rows, write, unit, zone, count):
    times = [
        dt.datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC) + dt.timedelta(hours=i) for i in range(count)
    ]
    times[1] = None
    snapshot = read(write(table_of(pa.array(times, pa.timestamp(unit, zone)), "t")), name="t.bin")
    assert snapshot.columns[0].type == "datetime"
    assert [r["t"] for r in rows()] == [t and t.replace(tzinfo=None) for t in times]
    assert any(n.startswith("t: times are stored in UTC") for n in snapshot.notes)


def test_the_times_of_pandas_are_read(read, rows):
    frame = pd.DataFrame({"t": pd.date_range("2021-01-01", periods=5, tz="UTC"), "v": range(5)})
    frame["t"] = frame["t"].astype("datetime64[ns, UTC]")
    snapshot = read(frame.to_parquet(), name="t.parquet")
    assert snapshot.columns[0].type == "datetime"
    assert rows()[4]["t"] == dt.datetime(2021, 1, 5)


def test_nanoseconds_are_cut_with_a_note(read, rows):
    snapshot = read(as_parquet(table_of(pa.array([1_000_000_001, -1, None], pa.timestamp("ns")))))
    assert [r["x"] for r in rows()][:2] == [
        dt.datetime(1970, 1, 1, 0, 0, 1),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
    ]
    assert "x: 2 times with nanoseconds cut to microseconds." in snapshot.notes


@pytest.mark.parametrize(
    "array",
    [
        pa.array([10**14, 0], pa.timestamp("s")),
        pa.array([-(2**62), 0], pa.timestamp("us", "UTC")),
        pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32()),
    ],
    ids=["seconds", "microseconds", "days"],
)
def test_dates_that_no_calendar_has_are_missing_with_a_note(read, rows, array):
    snapshot = read(as_parquet(table_of(array)))
    assert rows()[0]["x"] is None
    assert rows()[1]["x"] is not None
    assert "x: 1 date outside the years 1 to 9999 stored as missing." in snapshot.notes


def test_fields_of_structs_become_columns(read, rows):
    values = [{"a": 1, "b": {"c": "u"}}, None, {"a": 3, "b": None}]
    read(as_parquet(table_of(pa.array(values))))
    assert [(r["x.a"], r["x.b.c"]) for r in rows()] == [(1, "u"), (None, None), (3, None)]


def test_binary_values_are_text_where_they_are_utf8(read, rows):
    snapshot = read(as_parquet(table_of(pa.array(["é".encode(), b"\x00\xff", None]))))
    assert [r["x"] for r in rows()] == ["é", "0x00ff", None]
    assert "x: 1 binary value stored as hexadecimal digits (0x…)." in snapshot.notes


def test_lists_of_fixed_size_with_missing_ones(read, rows):
    read(as_parquet(table_of(pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2)))))
    assert [r["x"] for r in rows()] == ["[1, 2]", None, "[3, 4]"]


def test_unused_categories_are_no_values(read, rows):
    frame = pd.DataFrame({"c": pd.Categorical(["a", None, "b"], ["z", "a", "b"]), "v": [1, 2, 3]})
    read(frame.to_parquet(), name="c.parquet")
    assert [r["c"] for r in rows()] == ["a", None, "b"]


@pytest.mark.parametrize("name", [None, "station"])
@pytest.mark.parametrize("index", [[7, 3, 9], ["p", "q", "r"]])
def test_the_index_of_a_data_frame(read, rows, name, index):
    """Row numbers are left out with a note; names of rows, and an index with a name, are kept."""
    frame = pd.DataFrame({"v": [1.5, 2.5, 3.5], "w": ["a", "b", "c"]}, index=index)
    frame.index.name = name
    snapshot = read(frame.to_parquet(), name="f.parquet")
    names = [c.name for c in snapshot.columns]
    if name is None and index[0] == 7:
        assert names == ["v", "w"]
        assert any("row numbers of a pandas data frame" in n for n in snapshot.notes)
    else:
        assert names == ["v", "w", name or "index"]
        assert [r[names[2]] for r in rows()] == index


@pytest.mark.parametrize(
    ("array", "type_", "expected"),
    [
        (pa.array([5, 2**63 - 1, None], pa.uint64()), "integer", [5, 2**63 - 1, None]),
        (
            pa.array([decimal.Decimal(7), None, None], pa.decimal128(38, 0)),
            "integer",
            [7, None, None],
        ),
        (pa.array([decimal.Decimal("1.50")] * 3, pa.decimal128(38, 10)), "number", [1.5] * 3),
        (pa.array([decimal.Decimal("-0.10")] * 3, pa.decimal256(50, 2)), "number", [-0.1] * 3),
        (pa.array([20210101, 20210102, None], pa.uint64()), "integer", [20210101, 20210102, None]),
    ],
)
def test_wide_numbers_become_narrow_if_they_fit(read, rows, array, type_, expected):
    snapshot = read(as_parquet(table_of(array)))
    assert snapshot.columns[0].type == type_
    assert [r["x"] for r in rows()] == expected


@pytest.mark.parametrize("digits", ["12345678901234567890.12", "123456789012345.67"])
def test_decimals_with_more_digits_than_a_float_are_text(read, rows, digits):
    array = pa.array([decimal.Decimal(digits), decimal.Decimal("1.50"), None] * 3)
    snapshot = read(as_parquet(table_of(array.cast(pa.decimal128(30, 2)))))
    assert [r["x"] for r in rows()] == [digits, "1.50", None] * 3
    assert "so that no digit is lost" in snapshot.columns[0].note
    read(as_parquet(table_of(array)), name="f.parquet", columns={"x": "number"})
    assert [r["x"] for r in rows()][:2] == [float(digits), 1.5]


def test_names_of_several_levels(read):
    frame = pd.DataFrame({"g": list("aab"), "v": [1.5, 2.5, 3.5]})
    snapshot = read(frame.groupby("g").agg(["mean", "max"]).to_parquet(), name="f.parquet")
    assert [c.name for c in snapshot.columns] == ["v mean", "v max", "g"]


@pytest.mark.parametrize("freq", ["M", "Q", "Y", "h"])
def test_periods_of_pandas(read, rows, freq):
    frame = pd.DataFrame({"p": pd.period_range("1969-10", periods=30, freq=freq), "v": range(30)})
    snapshot = read(frame.to_parquet(), name="p.parquet")
    if freq == "h":
        assert any(n.startswith("p: periods (h) are counted from 1970") for n in snapshot.notes)
    else:
        known = {"M": dt.date(1969, 10, 1), "Q": dt.date(1969, 10, 1), "Y": 1969}
        assert rows()[0]["p"] in {known[freq], dt.date(1969, 1, 1)}
    assert len(rows()) == 30


def test_repeated_names_keep_their_values(read, rows):
    table = pa.Table.from_arrays([pa.array([1, 2]), pa.array(["a", "b"])], names=["x", "x"])
    read(as_feather(table))
    assert rows() == [{"x": 1, "x_2": "a"}, {"x": 2, "x_2": "b"}]


def test_damaged_offsets_are_no_crash(read):
    content = bytearray(as_feather(table_of(pa.array(["abc", "defg", "h"] * 50))))
    for position in range(200, len(content) - 200, 97):
        damaged = content.copy()
        damaged[position : position + 4] = b"\x7f\xff\xff\x7f"
        with contextlib.suppress(PipeWeaveError):
            read(bytes(damaged), name="d.arrow")


def _seconds(value):
    return value.total_seconds()


def _listed(values):
    return json.dumps(values, ensure_ascii=False)


def _number(value):
    return value if math.isfinite(value) else None


_TEXT = st.text(st.characters(codec="utf-8", min_codepoint=97, max_codepoint=0x2FFF), min_size=2)
_TIMES = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
_WHOLE_SECONDS = _TIMES.map(lambda t: t.replace(microsecond=0))
_DATES = st.dates(dt.date(1, 1, 2), dt.date(9999, 12, 30))


def same(value):
    return value


# Arrow type, strategy of its values, what is read for a value.
_KINDS = [
    (pa.int8(), st.integers(-128, 127), same),
    (pa.uint32(), st.integers(0, 2**32 - 1), same),
    (pa.int64(), st.integers(-(2**63) + 1, 2**63 - 1), same),
    (pa.uint64(), st.integers(0, 2**63 - 1), same),
    (pa.float16(), st.floats(width=16).map(np.float16), lambda v: _number(float(v))),
    (pa.float32(), st.floats(width=32), _number),
    (pa.float64(), st.floats(), _number),
    (pa.bool_(), st.booleans(), same),
    (pa.date32(), _DATES, same),
    (pa.date64(), _DATES, same),
    (pa.timestamp("s"), _WHOLE_SECONDS, same),
    (pa.timestamp("us"), _TIMES, same),
    (pa.timestamp("ns"), _TIMES, same),
    (pa.timestamp("ns", "UTC"), _TIMES, same),
    (pa.timestamp("us", "Asia/Kolkata"), _TIMES, same),
    (pa.time32("s"), st.times().map(lambda t: t.replace(microsecond=0)), same),
    (pa.time64("ns"), st.times(), same),
    (pa.duration("us"), st.timedeltas(dt.timedelta(-900), dt.timedelta(900)), _seconds),
    (pa.decimal128(12, 2), st.decimals(-(10**9), 10**9, places=2), float),
    (pa.decimal128(18, 0), st.integers(-(10**17), 10**17).map(decimal.Decimal), int),
    (pa.decimal256(60, 0), st.integers(-(10**17), 10**17).map(decimal.Decimal), int),
    (pa.string(), _TEXT, same),
    (pa.large_string(), _TEXT, same),
    (pa.string_view(), _TEXT, same),
    (pa.binary(), _TEXT.map(str.encode), bytes.decode),
    (pa.dictionary(pa.int16(), pa.string()), _TEXT, same),
    (pa.dictionary(pa.int8(), pa.int64()), st.integers(0, 9), same),
    (pa.list_(pa.int64()), st.lists(st.integers(-9, 9), max_size=4), _listed),
    (pa.large_list(pa.string()), st.lists(_TEXT, max_size=3), _listed),
    (
        pa.list_(pa.struct([("d", pa.date32()), ("t", pa.timestamp("ns", "UTC"))])),
        st.lists(st.fixed_dictionaries({"d": _DATES, "t": _TIMES}), max_size=2),
        lambda v: _listed([{"d": e["d"].isoformat(), "t": e["t"].isoformat()} for e in v]),
    ),
    (
        pa.map_(pa.string(), pa.int32()),
        st.dictionaries(_TEXT, st.integers(0, 9), max_size=3).map(lambda d: list(d.items())),
        lambda v: _listed(dict(v)),
    ),
    (pa.null(), st.none(), same),
]


@st.composite
def _tables(draw):
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=6))
    count = draw(st.integers(1, 12))
    columns, expected = [], []
    for type_, values, read_as in kinds:
        cells = draw(st.lists(st.none() | values, min_size=count, max_size=count))
        columns.append(_array(cells, type_))
        expected.append([None if c is None else read_as(c) for c in cells])
    table = pa.table(columns, names=[f"c{i}" for i in range(len(columns))])
    return table.append_column("n", pa.array(range(count))), expected


def _array(cells, type_):
    if pa.types.is_dictionary(type_):
        return pa.array(cells, type_.value_type).dictionary_encode().cast(type_)
    if getattr(type_, "tz", None):
        cells = [c and c.replace(tzinfo=UTC) for c in cells]
    return pa.array(cells, type_)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(_tables(), st.sampled_from(WRITERS), st.integers(1, 5))
def test_any_schema_is_read_with_its_values(made, write, batch):
    table, expected = made
    if write is as_stream:
        table = pa.Table.from_batches(table.to_batches(max_chunksize=batch))
    with tempfile.TemporaryDirectory() as name:
        path, out = Path(name) / "upload", Path(name) / "out"
        path.write_bytes(write(table))
        out.mkdir()
        file = RawFile(name="t.bin", sha256="0", size_bytes=path.stat().st_size)
        snapshot = ingest(RawUpload(dataset="d", files=[file]), [path], out)
        stored = pq.read_table(out / "data.parquet")
    assert snapshot.rows == table.num_rows
    for i, values in enumerate(expected):
        if snapshot.columns[i].type != "text" and _has_texts(table.schema.field(i).type):
            continue  # types of texts are inferred as in any text file
        column = stored.column(f"c{i}").to_pylist()
        assert [_plain(v) for v in column] == [_plain(v) for v in values]


def _has_texts(type_):
    return "string" in str(type_) or pa.types.is_binary(type_)


def _plain(value):
    """Texts are read as texts are in any file: composed, trimmed, blank as missing."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).strip(f"{INVISIBLE} \t\r\n\u00a0").strip() or None
