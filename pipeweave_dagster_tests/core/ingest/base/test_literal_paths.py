"""Whatever files and folders are called, the file that is named is read, and no other."""

import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest, read_aligned
from pipeweave_dagster.core.ingest.base.limits import IngestLimits
from pipeweave_dagster.core.ingest.base.workspace import workspace

# The file with all its variants.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_database")]

NAMES = st.text(st.sampled_from("ab1[]*?\\!^{}=$.'\" %~#é"), min_size=1, max_size=8).filter(
    lambda name: name not in {".", ".."}
)


def write(path: Path, value: int) -> None:
    with pa.OSFile(str(path), "wb") as file:
        pq.write_table(pa.table({"i": [value, value]}), file)


@given(folder=NAMES, name=NAMES)
@example("plain", "data[1].parquet")
@example("key=value", "data.parquet")
@example("[!a]", "**")
@settings(max_examples=25, deadline=None)
def test_duckdb_reads_the_file_that_is_named(folder: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as root:
        place = Path(root) / folder
        (place / "out").mkdir(parents=True)
        write(place / f"{name}x", 1)
        for beside in ("a", "b", "a1", "data1.parquet"):
            write(place / beside, 2)
        file = place / f"{name}x"
        with workspace(place / "out", IngestLimits(), [file]) as space:
            source = f"read_parquet({space.paths.sql(file)}, hive_partitioning = false)"
            assert space.query(f"SELECT * FROM {source}") == [(1,), (1,)]


@pytest.mark.parametrize(
    ("folder", "name"),
    [("key=value", "data[1].csv"), ("d[1]", "key=value.csv.gz"), ("p", "a*.csv")],
)
def test_a_large_table_is_read_from_any_path(tmp_path: Path, folder: str, name: str) -> None:
    place = tmp_path / folder
    (place / "out").mkdir(parents=True)
    (place / "data1.csv").write_text("a,b\n9,9\n")
    file = place / name
    lines = (f"{i},{'xyz'[i % 3] * 1000}\n" for i in range(8_500))
    file.write_text(f"a,b\n{''.join(lines)}")  # long enough for the fast path
    upload = RawUpload(dataset="d", files=[RawFile(name=name, sha256="0" * 64, size_bytes=1)])
    snapshot = ingest(upload, [file], place / "out")
    assert [(c.name, c.type) for c in snapshot.columns] == [("a", "integer"), ("b", "text")]
    assert snapshot.rows == 8_500
    file.write_text("a,b\n1,some text\n")
    (place / "batch").mkdir()
    aligned = read_aligned(file, name, snapshot.columns, place / "batch")
    assert (aligned.rows, len(aligned.columns)) == (1, 2)


def test_a_list_of_fixed_size_is_read_by_duckdb_from_any_path(tmp_path: Path) -> None:
    place = tmp_path / "key=value"
    (place / "out").mkdir(parents=True)
    data = pa.table({"v": pa.array([[1, 2], None], pa.list_(pa.int64(), 2)), "i": [1, 2]})
    pq.write_table(data, place / "data[1].parquet")
    file = RawFile(name="data[1].parquet", sha256="0" * 64, size_bytes=1)
    upload = RawUpload(dataset="d", files=[file])
    snapshot = ingest(upload, [place / "data[1].parquet"], place / "out")
    assert "key" not in [c.name for c in snapshot.columns]
    assert snapshot.rows == 2


def test_duckdb_opens_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "other.csv").write_text("secret")
    (tmp_path / "out" / "link.csv").symlink_to(tmp_path / "other.csv")
    with workspace(tmp_path / "out", IngestLimits(), []) as space:
        for query in (
            f"SELECT * FROM read_text('{tmp_path}/other.csv')",
            f"SELECT * FROM read_text('{tmp_path}/out/link.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/new.csv'",
            f"ATTACH '{tmp_path}/new.duckdb'",
            "SELECT * FROM read_text('/etc/hostname')",
            "SET enable_external_access = true",
            "SET allowed_directories = ['/']",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                space.db.execute(query)
    assert not (tmp_path / "new.csv").exists()
