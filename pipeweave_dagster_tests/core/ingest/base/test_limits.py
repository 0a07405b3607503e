"""Files that decompress to gigabytes end in a coded error, in a child with bounded memory."""

import contextlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipeweave_dagster.adapters.worker import CallLimits, Worker
from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import IngestLimits, ingest, reading_memory_mb
from pipeweave_dagster_tests.factories.bombs import BOMBS

pytestmark = pytest.mark.slow

# Each stands for one bound; benchmarks/hostile_files.py tries them all.
CHOSEN = ["zst", "zip", "xlsx, cells", "xlsx, entities", "parquet, texts", "arrow, nulls",
          "arrow, runs", "arrow, texts", "json, sparse", "json, deep"]  # fmt: skip
MOST_MB = 1024


@contextlib.contextmanager
def peak_of(worker: Worker) -> Iterator[list[float]]:
    """The largest memory of the child in MB, once the block has ended."""
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{worker.pid}/status").read_text()
                # A child that has just ended has a status without its memory.
                largest = re.findall(r"VmHWM:\s+(\d+)", status)
                peak[0] = max([peak[0], *(int(kilobytes) / 1024 for kilobytes in largest)])

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield peak
    ended.set()
    thread.join()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(["duckdb", "pyarrow.parquet"]) as worker:
        yield worker


def upload_of(path: Path, name: str) -> RawUpload:
    file = RawFile(name=name, sha256="0" * 64, size_bytes=path.stat().st_size)
    return RawUpload(dataset="d", files=[file])


@pytest.mark.slow
@pytest.mark.parametrize("bomb", CHOSEN)
def test_a_bomb_ends_in_a_coded_error(worker: Worker, tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "file"
    name = BOMBS[bomb](path)
    (tmp_path / "out").mkdir()
    limits = CallLimits(120, memory_mb=reading_memory_mb([path]))
    with peak_of(worker) as peak, pytest.raises(PipeWeaveError) as caught:
        worker.call_within(
            limits, ingest, upload=upload_of(path, name), files=[path], out=tmp_path / "out",
            limits=IngestLimits.for_files([path], 1024 << 20),
        )  # fmt: skip
    assert caught.value.code == "VALIDATION_ERROR"
    assert caught.value.fix
    assert peak[0] < MOST_MB
    assert list((tmp_path / "out").parent.glob(".ingest-*")) == [], "its scratch files are removed"


def read(path: Path, name: str, out: Path, max_bytes: int) -> int:
    out.mkdir()
    limits = IngestLimits.for_files([path], max_bytes)
    return ingest(upload_of(path, name), [path], out, limits).rows


@pytest.mark.parametrize("kind", ["csv.gz", "parquet", "arrow", "jsonl"])
def test_the_setting_that_an_error_names_moves_its_bound(tmp_path: Path, kind: str) -> None:
    path, rows = tmp_path / "file", 30_000
    table = pa.table({"a": range(rows), "b": ["text"] * rows})
    if kind == "csv.gz":
        import gzip

        path.write_bytes(gzip.compress(b"a,b\n" + b"1234567,some text\n" * rows))
    elif kind == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, path)
    elif kind == "arrow":
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table)
    else:
        path.write_text("".join(f'{{"a": {i}, "b": "t"}}\n' for i in range(rows)))
    with pytest.raises(PipeWeaveError, match="MAX_DATASET_SIZE_MB"):
        read(path, f"file.{kind}", tmp_path / "small", 200_000)
    assert read(path, f"file.{kind}", tmp_path / "large", 64 << 20) == rows


def test_a_call_that_takes_too_much_memory_ends_and_the_next_one_works(
    worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "file.json"
    path.write_text("[" + "[]," * 1_000_000 + "[]]")
    (tmp_path / "out").mkdir()
    with pytest.raises(PipeWeaveError, match="memory") as caught:
        worker.call_within(
            CallLimits(60, memory_mb=40), ingest, upload=upload_of(path, "x.json"), files=[path],
            out=tmp_path / "out",
        )  # fmt: skip
    assert caught.value.code == "VALIDATION_ERROR"
    path.write_text('[{"a": 1}, {"a": 2}]')
    snapshot = worker.call_within(
        CallLimits(60, memory_mb=300), ingest, upload=upload_of(path, "x.json"), files=[path],
        out=tmp_path / "out",
    )  # fmt: skip
    assert snapshot.rows == 2
