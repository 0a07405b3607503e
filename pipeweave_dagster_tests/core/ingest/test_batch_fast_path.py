"""Large batches are read in one query, with the same result as when they are read thoroughly."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import DatasetSnapshot, Dialect, SnapshotColumn, StorageType
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import (
    ColumnMatcher,
    aligned_batch,
    fast_path,
    read_aligned,
    strict_casts,
)
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import workspace
from pipeweave_dagster.core.ingest.batch_casts import BatchColumn
from pipeweave_dagster.core.ingest.build_table import read_raw
from pipeweave_dagster.core.ingest.text import bulk_load
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

pytestmark = pytest.mark.slow

TYPES: dict[str, StorageType] = {"n": "number", "i": "integer", "b": "boolean", "c": "text"}
ROWS = 3_000
COLUMNS = {
    "n": ["1.5", "2", "1e3", "NA", "", "-0.0"],
    "i": ["1", "2.0", "?", "9007199254740993", "", "-4"],
    "b": ["yes", "no", "TRUE", "0", "", "null"],
    "c": [" a ", "e\u0301", "b,c", 'd "e"', "", "NA"],
    "more": ["x", " y ", "", "z", "1", "2"],
}
FORMATS = ("csv", "parquet")


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_path, "_MIN_BYTES", 0)


def written(folder: Path, name: str, **changes: list[str]) -> Path:
    """Return a file of the columns, of which the last values are changed."""
    columns = {n: (v * ROWS)[:ROWS] for n, v in COLUMNS.items()}
    columns = {n: [*v[: ROWS - len(changes.get(n, []))], *changes.get(n, [])]
               for n, v in columns.items()}  # fmt: skip
    table = pa.table(columns)
    if name.endswith(".csv"):
        pyarrow.csv.write_csv(table, folder / name)
    else:
        counted = pa.array([None if k % 5 == 0 else k for k in range(ROWS)], pa.int32())
        table = table.set_column(0, "n", counted).set_column(1, "i", counted)
        pq.write_table(table, folder / name, row_group_size=1_000)
    return folder / name


def both(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[DatasetSnapshot, bytes]]:
    """Return snapshot and file of the fast way, if it was taken, and of the thorough one."""
    columns = [SnapshotColumn(name=n, original_name=n, type=t, missing=0) for n, t in TYPES.items()]
    taken, real = [], aligned_batch.read_fast

    def fast(*args: object) -> DatasetSnapshot | None:
        snapshot = real(*args)  # type: ignore[arg-type]
        taken.append(snapshot is not None)
        return snapshot

    results = []
    for way, function in (("fast", fast), ("thorough", lambda *_: None)):
        monkeypatch.setattr(aligned_batch, "read_fast", function)
        (folder / way).mkdir()
        matcher = ColumnMatcher(tuple(COLUMNS), None, ("more",))
        snapshot = read_aligned(file, file.name, columns, folder / way, matcher=matcher)
        results.append((snapshot, (folder / way / "data.parquet").read_bytes()))
    return results if taken == [True] else results[1:]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_fast_way_gives_the_same_bytes_and_snapshot(
    format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast, thorough = both(written(tmp_path, f"a.{format_}"), tmp_path, monkeypatch)

    assert fast == thorough
    assert thorough[0].rows == ROWS


@pytest.mark.parametrize(
    "changes",
    [
        {"n": ["1,5"]},  # another form of numbers
        {"i": ["2.5"]},  # a fraction: the column becomes one of numbers
        {"b": ["perhaps"]},  # no boolean: counted and set to missing
        {"n": ["\u22121.5"]},  # an unusual minus
        {name: [""] for name in COLUMNS},  # an empty row, which is kept
    ],
)
def test_what_must_be_reported_or_cleaned_is_read_thoroughly(
    changes: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(both(written(tmp_path, "a.csv", **changes), tmp_path, monkeypatch)) == 1


ODD_COLUMNS = [
    SnapshotColumn(name="day", original_name="day", type="date", missing=0),
    SnapshotColumn(name="price", original_name="price", type="number", format="decimal ','",
                   missing=0),
    SnapshotColumn(name="zip", original_name="zip", type="text", missing=0),
    SnapshotColumn(name="count", original_name="count", type="integer", missing=0),
    SnapshotColumn(name="x", original_name="x", type="number", missing=0),
    SnapshotColumn(name="kind", original_name="kind", type="text", missing=0,
                   missing_values=["?"]),
]  # fmt: skip
ODD_CELLS = {
    "day": ["2020-02-29", "1999-12-31", "", "2021-01-01T00:00:00"],
    "price": ["1,5", "1.234,5", "", "-7"],
    "zip": ["01234", "99999", "0", "", " 7 "],
    "count": ["1", "", "-3", "4.0", "007"],
    "x": ["0.25", "-1e-05", "", "5", "NA", "0.1234567890123456789", "123456789012345678901"],
    "kind": ["a", "?", "", "\u00e9", "b "],
    "further": ["x", "", " y", "2", " ", '""', "NA"],
}
ENDS = st.sampled_from(["\n", "\r\n"])


@given(st.permutations(list(ODD_CELLS)), st.data(), ENDS, st.integers(1, 40))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_odd_tables_are_read_alike(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], data: st.DataObject, end: str,
    rows: int,
) -> None:  # fmt: skip
    kept = order[: data.draw(st.integers(2, len(order)))]
    usual = data.draw(st.booleans())  # else many tables are given up at their first odd cell
    cells = {n: st.sampled_from(ODD_CELLS[n][: 3 if usual else None]) for n in kept}
    table = [[data.draw(cells[n]) for n in kept] for _ in range(rows)]
    lines = [";".join(row) for row in [kept, *table]]
    folder = tmp_path_factory.mktemp("odd")
    (folder / "b.csv").write_text(end.join([*lines, ""]), newline="")
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for way in ("fast", "thorough"):
            patch.setattr(fast_path, "_MIN_BYTES", 0)
            if way == "thorough":
                patch.setattr(aligned_batch, "read_fast", lambda *_: None)
            (folder / way).mkdir()
            try:
                snapshot = read_aligned(folder / "b.csv", "b.csv", ODD_COLUMNS, folder / way)
                found.append((snapshot, (folder / way / "data.parquet").read_bytes()))
            except PipeWeaveError as error:
                found.append((str(error), b""))

    assert found[0] == found[1]


@pytest.mark.parametrize(
    "text",
    [
        b'a,b\n1,"x"\n2,"y ""z"""\n',  # quotes around cells of one line
        b'a,b\n1,"x"\n2,"y,\nz"\n',  # quotes, with a delimiter and a line end inside
        b"a,b\n1,x\n\n2,y\n\n\n",  # blank lines
        b"a,b\n1,x\r2,y\n",  # a lone carriage return
        b"a,b\n1,x\n2,y,z\n",  # one cell too many
        b"a,b\n1,x\n2\n",  # one too few
        b"a,b\n1,x\n2,y",  # no line end at the end
        b"\xef\xbb\xbfa,b\r\n1,x\r\n2,\xc3\xa9\r\n",  # a mark of byte order
        b"a,b\n1,x\x00\n2,y\n",  # a NUL
        b"a,b\n1,\xff\n2,y\n",  # no UTF-8
        b"a,b\n1,5\" disk\n2,it's\n",  # a quote inside a cell
    ],
)
def test_lines_that_readers_see_differently_are_read_alike(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.csv").write_bytes(text)
    columns = [SnapshotColumn(name="a", original_name="a", type="integer", missing=0),
               SnapshotColumn(name="b", original_name="b", type="text", missing=0)]  # fmt: skip
    found = []
    for way in ("fast", "thorough"):
        if way == "thorough":
            monkeypatch.setattr(aligned_batch, "read_fast", lambda *_: None)
        (tmp_path / way).mkdir()
        snapshot = read_aligned(tmp_path / "b.csv", "b.csv", columns, tmp_path / way)
        found.append((snapshot, (tmp_path / way / "data.parquet").read_bytes()))

    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        (["n/a = not stated;;"], 40),  # as spreadsheets write it
        (["Key: a = all;;", "b = both of them;;"], 40),
        (["End of report"], 40),
        (["Ann;;"], 41),
        (["not stated by;1;"], 41),
    ],
)
def test_large_batches_leave_out_the_lines_that_close_them_as_small_ones_do(
    last: list[str], kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed columns end the fast way at such a line; texts did not, and blocks kept every line."""
    rows = [f"name{i};{i};x" for i in range(40)]
    (tmp_path / "b.csv").write_text("\n".join(["who;n;c", *rows, *last, ""]))
    columns = [SnapshotColumn(name=n, original_name=n, type=t, missing=0)
               for n, t in {"who": "text", "n": "integer", "c": "text"}.items()]  # fmt: skip
    found = {}
    for way in ("fast", "thorough", "blocks"):
        if way != "fast":
            monkeypatch.setattr(aligned_batch, "read_fast", lambda *_: None)
        monkeypatch.setattr(bulk_load, "_BLOCK", 100)
        limits = IngestLimits(max_in_memory_bytes=10) if way == "blocks" else IngestLimits()
        (tmp_path / way).mkdir()
        snapshot = read_aligned(tmp_path / "b.csv", "b.csv", columns, tmp_path / way, limits=limits)
        assert snapshot.rows == kept
        closing = [note for note in snapshot.notes if note.startswith("Left out")]
        found[way] = closing, pq.read_table(tmp_path / way / "data.parquet")
    assert found["fast"] == found["thorough"] == found["blocks"]
    assert bool(found["fast"][0]) == (kept == 40)


@pytest.mark.parametrize("keep_all", [True, False])
def test_an_empty_cell_is_a_missing_value_however_a_file_is_read(
    keep_all: bool, tmp_path: Path
) -> None:
    """Records that Python parses were stored with empty texts, others with missing values."""
    (tmp_path / "b.csv").write_text('a,b,c\n1,,x\n2,"",\n3,y\n')
    with workspace(tmp_path, IngestLimits(), [tmp_path / "b.csv"]) as space:
        read_raw(tmp_path / "b.csv", "b.csv", "raw", space, ReadOptions(keep_all=keep_all))
        rows = space.query("SELECT * FROM raw")
    assert rows == [("1", None, "x"), ("2", None, None), ("3", "y", None)]


def test_texts_in_dictionaries_are_read_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["b", None, "a ", "", "e\u0301", "a", "b", "\u00a0"] * 400
    columns = [SnapshotColumn(name="t", original_name="t", type="text", missing=0)]
    found = []
    for name, coded in (("coded", True), ("plain", False), ("thorough", True)):
        if name == "thorough":
            monkeypatch.setattr(aligned_batch, "read_fast", lambda *_: None)
        for kind in ("bad", "good"):
            kept = texts if kind == "bad" else [t for t in texts if t in {None, "a", "b"}]
            file = tmp_path / f"{name}-{kind}.parquet"
            pq.write_table(
                pa.table({"t": kept, "n": range(len(kept))}),
                file,
                use_dictionary=coded,
                row_group_size=700,
            )
            out = tmp_path / f"out-{name}-{kind}"
            out.mkdir()
            snapshot = read_aligned(file, "b.parquet", columns, out)
            found.append((snapshot, (out / "data.parquet").read_bytes()))

    assert found[:2] == found[2:4] == found[4:]


def test_a_damaged_parquet_file_gets_the_error_of_the_thorough_way(tmp_path: Path) -> None:
    file = written(tmp_path, "a.parquet")
    file.write_bytes(file.read_bytes()[:-200])

    with pytest.raises(Exception, match="damaged parquet file"):
        read_aligned(file, file.name, [], tmp_path)


ODD = (" ", "\t", "\r", "\n", "\u00a0", "\u200b", "\x00", "\x0b", "\x1f", "\x7f", "!", "=", '"',
       "a", "\u00e9", "e\u0301", "\u2002", "\ufeff", "\U0001f600")  # fmt: skip


def test_texts_of_every_kind_are_cast_as_where_the_batch_is_read_thoroughly() -> None:
    texts = [None, "", '="a"', '="', '="="', *ODD, *(a + b for a in ODD for b in ODD)]
    texts += [f"{a}mid dle{b}" for a in ODD for b in ODD]
    column = SnapshotColumn(name="c", original_name="c", type="text", missing=0)
    raw = RawTable("t", ["c"], ["VARCHAR"], Dialect(format="csv"), len(texts))
    batch = BatchColumn.of(0, column)
    found = []
    with duckdb.connect() as db:
        db.register("t", pa.table({"r": range(len(texts)), "c0": pa.array(texts, pa.string())}))
        for cast in (strict_casts.strict_cast(batch, raw), batch.cast(raw, "c0")):
            inner = f"SELECT r, {cast.cleaned} AS c0 FROM t"
            sql = f"SELECT {cast.typed} FROM ({inner}) ORDER BY r"
            found.append([text for (text,) in db.execute(sql).fetchall()])

    assert found[0] == found[1]
    assert found[0][0] is None
    assert found[0][2] == "a"


def test_columns_that_have_their_type_already_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = pa.array([20_000] * 100 + [2_932_896], pa.date32())  # the last: 9999-12-31
    counts = pa.array([*range(100), None], pa.int64())
    columns = [SnapshotColumn(name=n, original_name=n, type=t, missing=0)
               for n, t in (("d", "date"), ("n", "number"), ("i", "integer"))]  # fmt: skip
    numbers = pa.array([*range(97), float("inf"), float("nan"), -0.0, None], pa.float64())
    table = pa.table({"d": days, "n": numbers, "i": counts})
    found = []
    for way in ("fast", "thorough"):
        if way == "thorough":
            monkeypatch.setattr(aligned_batch, "read_fast", lambda *_: None)
        (tmp_path / way).mkdir()
        pq.write_table(table, tmp_path / "b.parquet")
        snapshot = read_aligned(tmp_path / "b.parquet", "b.parquet", columns, tmp_path / way)
        found.append((snapshot, (tmp_path / way / "data.parquet").read_bytes()))

    assert found[0] == found[1]
