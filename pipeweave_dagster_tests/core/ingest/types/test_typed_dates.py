"""Dates of Parquet, Feather and JSON are read as those of texts are."""

import datetime as dt
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from pipeweave_dagster.core.ingest import read_aligned

DAYS = [dt.date(2019, 1, 3) + dt.timedelta(31 * i) for i in range(40)]


def packed(table, format_):
    buffer = io.BytesIO()
    if format_ == "json":
        return json.dumps(table.to_pylist()).encode()
    (pq.write_table if format_ == "parquet" else feather.write_feather)(table, buffer)
    return buffer.getvalue()


@pytest.mark.pairwise
@pytest.mark.parametrize("format_", ["parquet", "feather", "json"])
@pytest.mark.parametrize("form", ["%Y%m%d", "%m%d%Y"])
@pytest.mark.parametrize("every", [100, 4])
def test_integers_that_are_dates_are_dates(every, form, format_, read, rows):
    days = [None if i % every == 2 else d for i, d in enumerate(DAYS)]
    numbers = [d and int(d.strftime(form)) for d in days]
    table = pa.table({"when": numbers, "v": list(range(40))})
    assert read(packed(table, format_), name=f"a.{format_}").columns[0].format == form
    assert [row["when"] for row in rows()] == days


@pytest.mark.parametrize("format_", ["parquet", "feather"])
@pytest.mark.parametrize("type_", [pa.date32(), pa.timestamp("us"), pa.timestamp("ms", "UTC")])
def test_open_ends_are_missing_with_a_note(type_, format_, read, rows):
    days = [dt.datetime(9999, 12, 31) if i % 3 else dt.datetime(2021, 1, 1 + i) for i in range(30)]  # noqa: DTZ001
    table = pa.table({"valid_to": pa.array(days).cast(type_), "v": list(range(30))})
    snapshot = read(packed(table, format_), name=f"a.{format_}")
    assert snapshot.columns[0].missing == 20
    assert any("valid_to: 20 dates" in note and "open end" in note for note in snapshot.notes)
    assert rows()[1]["valid_to"] is None


def test_a_batch_is_read_alike(read, rows, tmp_path):
    table = pa.table({"when": [int(d.strftime("%Y%m%d")) for d in DAYS], "to": DAYS})
    columns = read(packed(table, "parquet"), name="a.parquet").columns
    batch = pa.table({"when": [20240131, None], "to": [dt.date(9999, 12, 31), DAYS[0]]})
    (tmp_path / "batch").write_bytes(packed(batch, "parquet"))
    snapshot = read_aligned(tmp_path / "batch", "b.parquet", columns, tmp_path / "out")
    assert rows() == [{"when": dt.date(2024, 1, 31), "to": None}, {"when": None, "to": DAYS[0]}]
    assert snapshot.notes == []


def test_other_integers_stay_integers(read, rows):
    numbers = {"id": list(range(20210101, 20210141)), "big": [10**13 + 7 * i for i in range(40)]}
    snapshot = read(packed(pa.table(numbers), "parquet"), name="a.parquet")
    assert [c.type for c in snapshot.columns] == ["integer", "integer"]
    assert rows()[3] == {name: values[3] for name, values in numbers.items()}
