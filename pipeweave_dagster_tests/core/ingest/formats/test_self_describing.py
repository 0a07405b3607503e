"""Every format gives the same table, and damaged files are coded errors."""

import bz2
import gzip
import io
import json
import zipfile

import pytest

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest

PLAIN = "name,age,paid\nAnn,34,1.5\nBob,41,2.25\nCid,29,3.0\n"

RECORDS = [
    {"name": "Ann", "age": 34, "paid": 1.5},
    {"name": "Bob", "age": 41, "paid": 2.25},
    {"name": "Cid", "age": 29, "paid": 3.0},
]


def as_excel():
    import openpyxl

    book = openpyxl.Workbook()
    for row in [["name", "age", "paid"], ["Ann", 34, 1.5], ["Bob", 41, 2.25], ["Cid", 29, 3.0]]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_parquet():
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.table({"name": ["Ann", "Bob", "Cid"], "age": [34, 41, 29], "paid": [1.5, 2.25, 3.0]})
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def as_arrow():
    import pyarrow as pa
    from pyarrow import feather

    sink = pa.BufferOutputStream()
    table = pa.table({"name": ["Ann", "Bob", "Cid"], "age": [34, 41, 29], "paid": [1.5, 2.25, 3.0]})
    feather.write_feather(table, sink)
    return sink.getvalue().to_pybytes()


def as_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data/table.csv", PLAIN)
    return buffer.getvalue()


def as_zstd():
    import zstandard

    return zstandard.compress(PLAIN.encode())


@pytest.mark.parametrize(
    "make",
    [
        PLAIN.encode,
        lambda: gzip.compress(PLAIN.encode()),
        lambda: bz2.compress(PLAIN.encode()),
        lambda: json.dumps(RECORDS).encode(),
        lambda: "\n".join(map(json.dumps, RECORDS)).encode(),
        as_zip,
        as_zstd,
        as_excel,
        as_parquet,
        as_arrow,
    ],
    ids=["csv", "gzip", "bz2", "json", "jsonl", "zip", "zstd", "xlsx", "parquet", "arrow"],
)
def test_every_format_gives_the_same_bytes(read, rows, make):
    plain = read(PLAIN)
    again = read(make(), name="upload")
    if again.columns[2].type == "integer":  # a sheet knows no difference between 3 and 3.0
        pytest.fail("types differ")
    assert rows() == RECORDS
    assert again.data.sha256 == plain.data.sha256


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b,c\n", "no rows"),
        (b"\n\n  \n", "blank"),
        (bytes(range(256)) * 20, "neither text"),
        (b"PAR1" + b"\0" * 50, "damaged parquet"),
        (b"PK\x03\x04 broken", "damaged zip"),
        (b"\x1f\x8bbroken", "damaged gzip"),
        (b'[{"a": 1}, {"a": ', "damaged json"),
    ],
)
def test_bad_files_are_coded_errors(read, content, words):
    with pytest.raises(PipeWeaveError) as caught:
        read(content)
    assert caught.value.code == "VALIDATION_ERROR"
    assert words in caught.value.message


def test_infinite_numbers_become_missing_and_are_reported(out):
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = [1.5, float("inf"), float("-inf"), float("nan"), None]
    path = out.parent / "f.parquet"
    pq.write_table(pa.table({"a": values, "b": range(5)}), path)
    raw = RawFile(name="f.parquet", sha256="0", size_bytes=path.stat().st_size)
    snapshot = ingest(RawUpload(dataset="d", files=[raw]), [path], out)
    assert snapshot.columns[0].missing == 4
    assert "a: 2 infinite values stored as missing." in snapshot.notes
