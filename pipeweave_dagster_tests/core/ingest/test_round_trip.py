"""Values written in a format and read back are the values, or the texts as written.

No other number ever comes out: a whole number keeps every digit, a float is the same float.
"""

import csv
import datetime as dt
import io
import json
import tempfile
import unicodedata
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ingest

pytestmark = pytest.mark.slow

_DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
_SECONDS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda t: t.replace(microsecond=0)
)
_WORDS = st.text(
    st.characters(codec="utf-8", categories=("L",), include_characters=" -_./"),
    min_size=1, max_size=12,
).filter(lambda t: t == t.strip())  # fmt: skip
VALUES = {
    "small": (st.integers(-1000, 1000), pa.int64()),
    "int64": (st.integers(-(2**63), 2**63 - 1), pa.int64()),
    "near 2^53": (st.integers(2**53 - 9, 2**53 + 9), pa.int64()),
    "uint64": (st.integers(0, 2**64 - 1), pa.uint64()),
    "near 2^63": (st.integers(2**63 - 9, 2**63 + 9), pa.uint64()),
    "decimal": (st.integers(-(10**37), 10**37).map(Decimal), pa.decimal128(38, 0)),
    "money": (st.decimals(-(10**12), 10**12, places=2), pa.decimal128(20, 2)),
    "floats": (st.floats(allow_nan=False, allow_infinity=False), pa.float64()),
    "booleans": (st.booleans(), pa.bool_()),
    "dates": (_DAYS, pa.date32()),
    "times": (_SECONDS, pa.timestamp("us")),
    "words": (_WORDS, pa.string()),
    "digits": (st.text("0123456789", min_size=1, max_size=25), pa.string()),
    "codes": (st.from_regex(r"[0-9]{1,3}[EeA-F][0-9]{1,3}", fullmatch=True), pa.string()),
}


def written(value):
    """A value as programs write it to text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def as_csv(columns, _types, mark=","):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=mark, lineterminator="\n", quoting=csv.QUOTE_ALL)
    lines = zip(*columns.values(), strict=True)
    writer.writerow([*columns, "row"])
    writer.writerows([*map(written, line), i] for i, line in enumerate(lines))
    return file.getvalue().encode()


def as_json(columns, _types):
    records = []
    for line in zip(*columns.values(), strict=True):
        cells = {}
        for name, value in zip(columns, line, strict=True):
            plain = isinstance(value, int | float | str | None)
            whole = isinstance(value, Decimal) and value == value.to_integral_value()
            cells[name] = value if plain else int(value) if whole else written(value)
        records.append(cells)
    return json.dumps(records).encode()


def as_excel(columns, _types):
    import openpyxl

    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.append([*columns, "row"])
    for i, line in enumerate(zip(*columns.values(), strict=True)):
        book.active.append([*(written(value) or None for value in line), i])
    book.save(buffer)
    return buffer.getvalue()


def as_arrow(columns, types):
    return pa.table({name: pa.array(cells, types[name]) for name, cells in columns.items()})


def as_parquet(columns, types):
    buffer = io.BytesIO()
    pq.write_table(as_arrow(columns, types), buffer)
    return buffer.getvalue()


def as_feather(columns, types):
    buffer = io.BytesIO()
    feather.write_feather(as_arrow(columns, types), buffer)
    return buffer.getvalue()


WRITERS = {
    "csv": as_csv,
    "semicolon": lambda v, t: as_csv(v, t, ";"),
    "json": as_json,
    "xlsx": as_excel,
    "parquet": as_parquet,
    "feather": as_feather,
}


def read_back(content, name):
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "upload", Path(folder) / "out"
        path.write_bytes(content)
        out.mkdir()
        upload = RawUpload(
            dataset="d", files=[RawFile(name=name, sha256="0", size_bytes=len(content))]
        )
        snapshot = ingest(upload, [path], out)
        return snapshot, pq.read_table(out / "data.parquet").to_pylist()


def same(cell, value):
    """Whether a cell is the value that was written, or its text."""
    if cell is None or value is None:
        return cell is None and (value is None or not written(value).strip())
    if isinstance(cell, str):
        text = unicodedata.normalize("NFC", written(value))
        return cell == text or (isinstance(value, int | float | Decimal) and _equal(cell, value))
    if isinstance(cell, bool):
        return written(cell) == written(value).lower()
    if isinstance(cell, int | float):
        return _equal(repr(cell), value)
    if isinstance(value, str):  # digits that are a date
        return cell.strftime("%Y%m%d") in value or cell.strftime("%m%d%Y").lstrip("0") in value
    midnight = dt.datetime.combine(value, dt.time()) if type(value) is dt.date else value
    return cell in (value, midnight) or dt.datetime.combine(cell, dt.time()) == midnight


def _equal(number, value):
    """Whether a number is the one that was written; the nearest float of one with a fraction."""
    number, text = Decimal(number), written(value)
    exact = Decimal(text)
    whole = exact == exact.to_integral_value()
    return number == exact or (not whole and float(number) == float(exact))


@st.composite
def tables(draw, kinds):
    """As many cells of every kind, some of them missing."""
    count = draw(st.integers(3, 12))
    cells = {kind: st.none() | VALUES[kind][0] for kind in kinds}
    return {k: draw(st.lists(c, min_size=count, max_size=count)) for k, c in cells.items()}


# One column alone says less about where its header is than several do.
@pytest.mark.parametrize(
    "kinds", [[*VALUES], ["near 2^63"], ["words"]], ids=["all", "one", "texts"]
)
@pytest.mark.parametrize("format_", WRITERS)
def test_values_come_back(format_, kinds):
    types = {kind: VALUES[kind][1] for kind in kinds}

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tables(kinds))
    def check(columns):
        content = WRITERS[format_](columns, types)
        name = f"a.{'csv' if format_ == 'semicolon' else format_}"
        try:
            snapshot, rows = read_back(content, name)
        except PipeWeaveError:
            assert all(same(None, v) for cells in columns.values() for v in cells)
            return
        count = len(columns[kinds[0]])
        assert (snapshot.rows_read, snapshot.rows_quarantined) == (count, 0)
        names = {c.original_name: c.name for c in snapshot.columns}
        for kind, cells in columns.items():
            found = [row.get(names.get(kind)) for row in rows]
            assert all(map(same, found, cells)), kind

    check()
