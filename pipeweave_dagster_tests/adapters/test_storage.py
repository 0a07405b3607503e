"""One contract, kept by the folder and by two real S3 servers."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.storage import Storage, open_storage
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings

pytestmark = pytest.mark.slow
_S3 = pytest.param("s3_server", marks=[pytest.mark.server, pytest.mark.xdist_group("s3_server")])


@pytest.fixture
def storage(any_storage: Storage) -> Storage:
    return any_storage


def test_what_is_put_can_be_read_listed_and_deleted(storage: Storage, tmp_path: Path) -> None:
    storage.put("a/b/c.txt", b"hello")
    storage.put("a/d.txt", b"")
    assert storage.get("a/b/c.txt") == b"hello"
    assert sorted(o.key for o in storage.list("a/")) == ["a/b/c.txt", "a/d.txt"]
    assert [o.size for o in storage.list("a/b")] == [5]
    assert storage.children("a") == ("b",)
    assert storage.children("nowhere") == ()
    storage.fetch("a/b/c.txt", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"hello"
    storage.delete("a/b/c.txt")
    storage.delete("a/b/c.txt")
    assert storage.stat("a/b/c.txt") is None
    assert storage.get_tagged("a/b/c.txt") is None
    assert storage.children("a") == (), "an emptied folder is none"


def test_a_missing_object_is_not_found(storage: Storage, tmp_path: Path) -> None:
    for read in (
        lambda: storage.get("nothing"),
        lambda: storage.fetch("nothing", tmp_path / "copy"),
    ):
        with pytest.raises(PipeWeaveError) as caught:
            read()
        assert caught.value.code == "NOT_FOUND"
    assert not (tmp_path / "copy").exists()


def test_put_if_absent_never_overwrites(storage: Storage) -> None:
    assert storage.put_if_absent("x", b"first")
    assert not storage.put_if_absent("x", b"second")
    assert storage.get("x") == b"first"


def test_compare_and_swap(storage: Storage) -> None:
    assert storage.put_if_match("x", b"1", None)
    assert not storage.put_if_match("x", b"2", None)
    found = storage.get_tagged("x")
    assert found is not None
    assert storage.put_if_match("x", b"2", found[1])
    assert not storage.put_if_match("x", b"3", found[1])
    assert storage.get("x") == b"2"


# moto looks at If-Match before it locks: of two threads that ask at the same moment both may win.
@pytest.mark.parametrize("any_storage", ["folder", _S3], indirect=True)
def test_of_many_swappers_each_step_has_one_winner(storage: Storage) -> None:
    storage.put("counter", b"0")

    def add_one() -> None:
        while True:
            found = storage.get_tagged("counter")
            assert found is not None
            if storage.put_if_match("counter", b"%d" % (int(found[0]) + 1), found[1]):
                return

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert storage.get("counter") == b"8"


def test_every_writing_is_a_new_version(storage: Storage) -> None:
    versions = []
    for content, pause_s in ((b"A", 0.0), (b"B", 0.0), (b"A", 1.1)):
        time.sleep(pause_s)  # S3 dates objects to the second
        storage.put("uploads/d/x.csv", content)
        found = storage.stat("uploads/d/x.csv")
        listed = next(iter(storage.list("uploads/")))
        assert found is not None
        assert listed.version == found.version
        versions.append(found.version)
    assert len(set(versions)) == 3


def test_an_object_has_one_version_however_it_is_asked_for(storage: Storage) -> None:
    """Uploads are known by the version of a listing, copies and garbage by that of `stat`."""
    for key in ("uploads/x/a.csv", "uploads/x/a.csv.gz", "uploads/x/ä b.csv"):
        storage.put(key, key.encode())
    time.sleep(0.05)
    listed = {o.key: o for o in storage.list("uploads/")}
    assert len(listed) == 3
    assert {key: storage.stat(key) for key in listed} == listed
    assert storage.shallow("uploads/x", [])[1] == [*listed.values()]
    assert storage.stat("uploads/x/a.cs") is None
    assert storage.stat("uploads/x") is None


@pytest.mark.server
def test_a_bucket_that_keeps_versions_changes_no_version(
    moto_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listings do not name the versions that such a bucket keeps, `head_object` does."""
    bucket = moto_server.bucket()
    moto_server.client().put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    for name, value in moto_server.environment(f"s3://{bucket}").items():
        monkeypatch.setenv(name, value)
    storage = open_storage(Settings())
    storage.put("uploads/x/a.csv", b"a")
    assert [storage.stat("uploads/x/a.csv")] == [*storage.list("uploads/")]


_SHARED = [pytest.mark.server, pytest.mark.xdist_group("s3_server")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "any_storage",
    ["folder", pytest.param("s3_server", marks=_SHARED)],
    indirect=True,
)
def test_more_than_a_thousand_keys_are_all_listed(storage: Storage) -> None:
    def write(first: int) -> None:
        for number in range(first, 1003, 8):
            storage.put(f"p/{number:04d}", b"x")

    threads = [threading.Thread(target=write, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({o.key for o in storage.list("p/")}) == 1003


@pytest.mark.parametrize(
    "key", ["../x", "a/../x", "/x", "a//b", "", ".", "a\0b", "a\\b", "k" * 1100]
)
def test_unsafe_keys_are_refused(storage: Storage, key: str, tmp_path: Path) -> None:
    with pytest.raises(PipeWeaveError) as caught:
        storage.put(key, b"x")
    assert caught.value.code == "VALIDATION_ERROR"
    assert not list(tmp_path.glob("x"))


def test_files_of_any_size_pass_through(storage: Storage, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(range(256)) * 80_000)  # 20 MB: several parts on S3
    storage.put_file("big", big)
    storage.fetch("big", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == big.read_bytes()
    with pytest.raises(PipeWeaveError, match="more than"):
        storage.get("big", limit=1000)


def test_a_folder_shows_no_halves_no_links_and_no_hidden_files(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "storage")
    (tmp_path / "secret").write_text("secret")
    uploads = tmp_path / "storage" / "uploads" / "d"
    uploads.mkdir(parents=True)
    (uploads / "link.csv").symlink_to(tmp_path / "secret")
    (uploads / ".x.csv.part").write_text("half")
    (uploads / "whole.csv").write_text("a")
    assert [o.key for o in storage.list("uploads/")] == ["uploads/d/whole.csv"]
    assert storage.stat("uploads/d/link.csv") is None
    with pytest.raises(PipeWeaveError):
        storage.get("uploads/d/link.csv")


@pytest.mark.server
def test_wrong_keys_are_forbidden(s3_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(PipeWeaveError) as caught:
        list(open_storage(Settings()).list(""))
    assert caught.value.code == "FORBIDDEN"
    assert "wrong" not in caught.value.text


@pytest.mark.server
def test_a_presigned_upload_is_limited_in_size(
    s3_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    storage = open_storage(Settings())
    post = storage.presign_upload("uploads/d/x.csv", max_bytes=10, expires_s=60)
    large = httpx.post(post["url"], data=post["fields"], files={"file": b"x" * 11})
    assert large.status_code >= 400
    assert storage.stat("uploads/d/x.csv") is None
    small = httpx.post(post["url"], data=post["fields"], files={"file": b"x" * 10})
    assert small.status_code < 300
    assert storage.get("uploads/d/x.csv") == b"x" * 10


def test_a_server_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPEWEAVE_STORAGE", "s3://bucket")
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(PipeWeaveError) as caught:
        list(open_storage(Settings()).list(""))
    assert caught.value.code == "SERVICE_UNAVAILABLE"


def test_a_folder_forgets_emptied_folders(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "storage")
    storage.put("datasets/a/results/x/1.json", b"x")
    storage.put("datasets/b/HEAD.json", b"x")
    storage.delete("datasets/a/results/x/1.json")
    assert storage.children("datasets") == ("b",)


def test_a_shallow_listing_shows_folders_and_what_lies_beside_them(storage: Storage) -> None:
    for key in ("shallow/a.csv", "shallow/b/c.csv", "shallow/b/d/e.csv", "shallow/b.csv/f"):
        storage.put(key, b"x")
    folders, objects = storage.shallow("shallow")
    assert sorted(folders) == ["b", "b.csv"]
    assert [(stored.key, stored.size) for stored in objects] == [("shallow/a.csv", 1)]
    assert storage.shallow("nothing") == ([], [])
