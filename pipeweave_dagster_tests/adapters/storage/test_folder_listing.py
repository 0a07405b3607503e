"""One bad entry of a folder hurts only itself; what was left out is reported."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.storage import Skipped
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.errors import PipeWeaveError

NOBODY = 65534


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of a user for whom permissions count, also where the tests run as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            return
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def listed(storage: FolderStorage, prefix: str) -> tuple[list[str], list[Skipped]]:
    skipped: list[Skipped] = []
    return [stored.key for stored in storage.list(prefix, skipped)], skipped


def test_a_name_that_is_not_utf8_is_left_out_and_named(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.put("uploads/good/a.csv", b"a\n1\n")
    folder = tmp_path / "uploads" / "bad"
    folder.mkdir()
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.csv")).write_bytes(b"a\n1\n")
    Path(os.fsdecode(bytes(tmp_path) + b"/uploads/d\xe9j\xe0")).mkdir()
    (folder / "fine.csv").write_bytes(b"a\n1\n")
    keys, skipped = listed(storage, "uploads/")
    assert sorted(keys) == ["uploads/bad/fine.csv", "uploads/good/a.csv"]
    assert [s.place for s in skipped] == ["uploads/d\\xe9j\\xe0", "uploads/bad/caf\\xe9.csv"]
    assert "not UTF-8" in skipped[0].text
    assert sorted(o.key for o in storage.list("uploads/")) == sorted(keys)


def test_a_folder_that_cannot_be_read_hurts_only_itself(as_nobody: Path) -> None:
    storage = FolderStorage(as_nobody / "storage")
    storage.put("uploads/good/a.csv", b"a\n1\n")
    storage.put("uploads/locked/b.csv", b"a\n1\n")
    locked = as_nobody / "storage" / "uploads" / "locked"
    locked.chmod(0)
    try:
        keys, skipped = listed(storage, "uploads/")
        assert keys == ["uploads/good/a.csv"]
        assert [s.place for s in skipped] == ["uploads/locked/"]
        assert "Permission denied" in skipped[0].reason
        with pytest.raises(PipeWeaveError, match="Permission denied"):
            list(storage.list("uploads/"))  # who needs all of it is not given a part
        with pytest.raises(PipeWeaveError) as caught:
            storage.get("uploads/locked/b.csv")
        assert caught.value.code == "FORBIDDEN"
    finally:
        locked.chmod(0o700)


def test_the_folder_itself_must_be_readable(as_nobody: Path) -> None:
    storage = FolderStorage(as_nobody / "storage")
    storage.put("uploads/a/a.csv", b"a\n1\n")
    (as_nobody / "storage" / "uploads").chmod(0)
    try:
        with pytest.raises(PipeWeaveError, match="Permission denied"):
            listed(storage, "uploads/")
    finally:
        (as_nobody / "storage" / "uploads").chmod(0o700)


def test_a_tree_deeper_than_any_key_is_left_out(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    storage.put("uploads/a/x.csv", b"a")
    deep = tmp_path / "uploads" / "deep" / "/".join(["d" * 200] * 6)
    deep.mkdir(parents=True)
    (deep / "y.csv").write_text("a")
    keys, skipped = listed(storage, "uploads/")
    assert keys == ["uploads/a/x.csv"]
    assert "longer than 1024 bytes" in skipped[0].reason
