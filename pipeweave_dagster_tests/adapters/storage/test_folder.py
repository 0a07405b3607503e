"""A folder storage follows no link, and its objects survive a failure of the power."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.errors import PipeWeaveError


@pytest.fixture
def linked(tmp_path: Path) -> tuple[FolderStorage, Path]:
    """A storage in which `uploads/evil` leads to a folder elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.csv").write_text("secret")
    storage = FolderStorage(tmp_path / "storage")
    (storage.root / "uploads").mkdir()
    (storage.root / "uploads" / "evil").symlink_to(elsewhere)
    return storage, elsewhere


@pytest.mark.parametrize("prefix", ["uploads/evil/", "uploads/evil", "uploads/", ""])
def test_no_listing_follows_a_link(linked: tuple[FolderStorage, Path], prefix: str) -> None:
    storage, _ = linked
    skipped: list[Any] = []
    assert list(storage.list(prefix, skipped)) == []
    assert storage.children("uploads") == ()
    assert storage.children("uploads/evil") == ()
    if prefix in {"uploads/", ""}:
        assert [s.text for s in skipped] == ["uploads/evil: links are not followed"]


def test_no_call_follows_a_link(linked: tuple[FolderStorage, Path], tmp_path: Path) -> None:
    storage, elsewhere = linked
    key = "uploads/evil/secret.csv"
    assert storage.stat(key) is None
    assert storage.get_tagged(key) is None
    assert storage.local_path(key) is None
    storage.delete(key)
    uses: list[Callable[[], object]] = [
        lambda: storage.get(key),
        lambda: storage.fetch(key, tmp_path / "copy"),
        lambda: storage.put(key, b"x"),
        lambda: storage.put("uploads/evil/new.csv", b"x"),
        lambda: storage.put_if_absent("uploads/evil/new.csv", b"x"),
        lambda: storage.put_if_match("uploads/evil/new.csv", b"x", None),
    ]
    for use in uses:
        with pytest.raises(PipeWeaveError):
            use()
    assert {p.name: p.read_text() for p in elsewhere.iterdir()} == {"secret.csv": "secret"}
    assert not (tmp_path / "copy").exists()


def test_an_object_replaces_a_link_and_not_what_it_leads_to(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "storage")
    (tmp_path / "target").write_text("secret")
    (storage.root / "x").symlink_to(tmp_path / "target")
    storage.put("x", b"mine")
    assert storage.get("x") == b"mine"
    assert (tmp_path / "target").read_text() == "secret"


def test_a_named_pipe_is_no_object(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    assert storage.stat("pipe.csv") is None
    assert storage.get_tagged("pipe.csv") is None
    assert list(storage.list("")) == []


@pytest.mark.parametrize("write", ["put", "put_file", "put_if_absent", "put_if_match"])
def test_content_and_name_are_on_the_disk_before_a_write_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    storage = FolderStorage(tmp_path / "storage")
    (tmp_path / "content").write_bytes(b"content")
    steps: list[str] = []
    real_sync, real_replace, real_link = os.fsync, os.replace, os.link

    def sync(descriptor: int) -> None:
        real_sync(descriptor)
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        steps.append(
            f"sync {place.relative_to(storage.root).parts[:1]} {os.fstat(descriptor).st_size}"
            if place.is_file()
            else f"sync {place.name}"
        )

    def moving(real: Callable[..., None]) -> Callable[..., None]:
        def move(*args: Any, **kwargs: Any) -> None:
            real(*args, **kwargs)
            steps.append("move")

        return move

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", moving(real_replace))
    monkeypatch.setattr(os, "link", moving(real_link))
    arguments: dict[str, tuple[Any, ...]] = {
        "put": (b"content",),
        "put_file": (tmp_path / "content",),
        "put_if_absent": (b"content",),
        "put_if_match": (b"content", None),
    }
    getattr(storage, write)("a/x", *arguments[write])
    assert steps == ["sync ('.scratch',) 7", "sync storage", "move", "sync a"]


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = FolderStorage(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PipeWeaveError, match="No space left") as caught:
        storage.put("x", b"content")
    assert caught.value.code == "SERVICE_UNAVAILABLE"
    assert storage.stat("x") is None
    assert list((tmp_path / ".scratch").iterdir()) == []
