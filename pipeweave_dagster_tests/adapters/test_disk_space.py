"""A disk that is full: said as it is, nothing half-written, and all is well once there is space."""

import contextlib
import errno
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.disk_space import disk_full
from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import IngestLimits, ingest


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, check=False, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no `mount`")
    if done.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / ".filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    return filler


def upload(name: str) -> RawUpload:
    return RawUpload(dataset="d", files=[RawFile(name=name, sha256="0" * 64, size_bytes=1)])


def run(store: DocumentStore, run_id: str) -> None:
    state = RunState(store, "d", run_id)
    entry = Entry(document=store.save(upload(run_id)), key="k", run_id=run_id, made_at=0)
    state.record("raw_upload", entry)
    assert publish(state, {"raw_upload"}) is None


def test_a_run_on_a_full_disk_leaves_the_published_state_whole(disk: Path, tmp_path: Path) -> None:
    store = DocumentStore(FolderStorage(disk / "storage"), tmp_path / "cache")
    run(store, "one")
    filler = fill(disk)
    with pytest.raises(PipeWeaveError, match="No space left on device") as caught:
        run(store, "two")
    assert caught.value.code == "SERVICE_UNAVAILABLE"
    head = store.head("d")
    assert head is not None
    assert store.load(head.entries["raw_upload"].document, RawUpload) == upload("one")
    assert not list((disk / "storage" / ".scratch").glob("tmp-*"))
    filler.unlink()
    run(store, "two")
    head = store.head("d")
    assert head is not None
    assert head.run_id == "two"


def test_a_copy_that_finds_no_space_is_no_fault_of_the_network(disk: Path, tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "storage")
    storage.put("x", b"x" * 9999)
    fill(disk)
    with pytest.raises(PipeWeaveError, match="The disk is full") as caught:
        storage.fetch("x", disk / "copy")
    assert caught.value.code == "SERVICE_UNAVAILABLE"
    assert [path.name for path in disk.iterdir()] == [".filler"]


def test_a_table_that_finds_no_space_is_no_bug(disk: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = "\n".join(f"{chance.random()},{chance.random()}" for _ in range(40_000))
    path = tmp_path / "t.csv"
    path.write_text(f"a,b\n{rows}\n")
    file = RawFile(name="t.csv", sha256="0" * 64, size_bytes=path.stat().st_size)
    with Worker() as worker, pytest.raises(PipeWeaveError, match="The disk is full") as caught:
        worker.call(
            60,
            ingest,
            upload=RawUpload(dataset="d", files=[file]),
            files=[path],
            out=disk,
            limits=IngestLimits.for_files([path], 1 << 30),
        )
    assert caught.value.code == "SERVICE_UNAVAILABLE"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "x"),
        OSError(errno.EDQUOT, "x"),
        RuntimeError("IO Error: Could not write file: No space left on device"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
    ],
)
def test_every_library_says_it_in_its_own_way(error: Exception) -> None:
    outer = ValueError("what a stage makes of it")
    outer.__cause__ = error
    found = disk_full(outer)
    assert found is not None
    assert "Free space" in found.text
    assert disk_full(ValueError("another")) is None
