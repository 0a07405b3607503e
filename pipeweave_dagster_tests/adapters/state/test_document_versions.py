"""An older document is upgraded when it is read; a newer one is refused with words."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, RunState
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core import documents
from pipeweave_dagster.core.documents import Document, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.web.listing import Listing

KINDS = [k for k in vars(documents).values() if isinstance(k, type) and issubclass(k, Document)]


class Renamed(Document):
    """A kind in its third version: `size` became `bytes`, and `note` was added."""

    kind: ClassVar[str] = "renamed"
    upgrades: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {
        1: lambda old: {"bytes": old["size"] * 1024}
    }
    schema_version: int = 3
    bytes: int
    note: str = "none"


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def put(store: DocumentStore, kind: type[Document], content: dict[str, Any]) -> str:
    """Store content as another release would."""
    data = json.dumps(content).encode()
    address = hashlib.sha256(kind.kind.encode() + b"\0" + data).hexdigest()
    store.storage.put(f"documents/{address}.json", data)
    return address


def test_older_documents_are_upgraded(store: DocumentStore) -> None:
    for old in (
        {"schema_version": 1, "size": 2},
        {"size": 2},
        {"schema_version": 2, "bytes": 2048},
    ):
        loaded = store.load(put(store, Renamed, old), Renamed)
        assert loaded == Renamed(bytes=2048)


@pytest.mark.parametrize("kind", [k for k in KINDS if k is not Document], ids=lambda k: k.__name__)
def test_newer_documents_are_refused(store: DocumentStore, kind: type[Document]) -> None:
    newer = {"schema_version": kind.current_version() + 1, "anything": "else"}
    address = put(store, kind, newer)
    with pytest.raises(PipeWeaveError, match="written by a newer release") as caught:
        store.load(address, kind)
    assert caught.value.code == "VALIDATION_ERROR"
    assert store.intact(address, kind) is None, "so a run makes it anew"


@pytest.mark.parametrize("content", [[], {"schema_version": "x"}, {"schema_version": None}, 1])
def test_what_is_no_document_is_an_error(store: DocumentStore, content: Any) -> None:
    with pytest.raises(PipeWeaveError, match="not a RawUpload") as caught:
        store.load(put(store, RawUpload, content), RawUpload)
    assert caught.value.code == "INTERNAL_ERROR"


def test_a_record_of_a_newer_release_is_refused_and_not_replaced(store: DocumentStore) -> None:
    RunState(store, "d", "one")
    RunState(store, "other", "one")
    content = {**json.loads(store.storage.get("datasets/d/LAST.json")), "colour": "blue"}
    store.storage.put("datasets/d/LAST.json", json.dumps(content).encode())
    with pytest.raises(PipeWeaveError, match="newer release of PipeWeave"):
        RunState(store, "d", "two")
    assert json.loads(store.storage.get("datasets/d/LAST.json")) == content
    entries = {entry.dataset: entry for entry in overview_of(store).datasets}
    assert "newer release" in entries["d"].problems[0]
    assert entries["other"].problems == []
    assert [entry.dataset for entry in Listing(store).entries()] == ["d", "other"]


@pytest.mark.parametrize("added", [{"colour": "blue"}, {"state": "paused"}])
def test_a_newer_record_is_called_newer_and_not_damaged(
    store: DocumentStore, added: dict[str, str]
) -> None:
    RunState(store, "d", "one")
    content = {**json.loads(store.storage.get("datasets/d/LAST.json")), **added}
    store.storage.put("sensors/x.json", json.dumps(content).encode())
    assert store.records.read("sensors/x.json", Attempt) is None
    (text,) = store.records.damaged("sensors/")
    assert f"written by a newer release (it has {next(iter(added))})" in text
    store.storage.put("datasets/d/LAST.json", json.dumps(content).encode())
    with pytest.raises(PipeWeaveError, match="newer release"):
        store.attempt("d")
    store.storage.put("alerts/x.json", b'{"run_id": 1')
    store.records.read("alerts/x.json", Attempt)
    assert "is damaged" in store.records.damaged("alerts/")[0]
