"""What a failure of the power leaves behind: torn objects are found, named, and made anew."""

from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.factories import make_dataset

TORN = {"empty": b"", "cut": b'{"dataset": "d", ', "zeros": b"\0" * 40, "other": b"[1, 2]"}
torn = pytest.mark.parametrize("content", TORN.values(), ids=TORN.keys())


def new_store(storage: Storage, folder: Path) -> DocumentStore:
    """A store as the next process opens it."""
    return DocumentStore(storage, folder / "cache")


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return new_store(FolderStorage(tmp_path / "storage"), tmp_path)


def upload() -> RawUpload:
    return RawUpload(dataset="d", files=[RawFile(name="a", sha256="0" * 64, size_bytes=1)])


def run(store: DocumentStore, run_id: str) -> str:
    """A whole run of one asset; returns the address of its document."""
    state = RunState(store, "d", run_id)
    entry = Entry(document=store.save(upload()), key="k", run_id=run_id, made_at=0)
    store.save_result("d", "raw_upload", entry)
    state.record("raw_upload", entry)
    assert publish(state, {"raw_upload"}) is None
    return entry.document


@torn
def test_a_torn_document_is_refused_and_made_anew(store: DocumentStore, content: bytes) -> None:
    address = store.save(upload())
    store.storage.put(f"documents/{address}.json", content)
    with pytest.raises(PipeWeaveError, match="damaged") as caught:
        store.load(address, RawUpload)
    assert caught.value.code == "NOT_FOUND"
    assert store.intact(address, RawUpload) is None
    assert store.save(upload()) == address
    assert store.load(address, RawUpload) == upload()


def test_a_document_that_another_wrote_is_not_believed(store: DocumentStore) -> None:
    address = store.save(upload())
    other = upload().model_copy(update={"dataset": "evil"})
    store.storage.put(f"documents/{address}.json", other.to_json())
    with pytest.raises(PipeWeaveError, match="damaged"):
        store.load(address, RawUpload)


def snapshot_of(folder: Path) -> DatasetSnapshot:
    folder.mkdir()
    made = make_dataset(folder, {"a": [1, 2, 3]})
    return made.snapshot.model_copy(update={"data": Payload.of(made.data)})


@pytest.mark.parametrize("kind", ["empty", "cut", "zeros"])
def test_a_torn_payload_is_found_and_made_anew(
    any_storage: Storage, tmp_path: Path, kind: str
) -> None:
    store = new_store(any_storage, tmp_path)
    snapshot = snapshot_of(tmp_path / "made")
    data = (tmp_path / "made" / "data.parquet").read_bytes()
    store.save(snapshot)
    store.save_payloads(snapshot, tmp_path / "made")
    assert store.payload(snapshot.data).read_bytes() == data
    torn = {"empty": b"", "cut": data[:-9], "zeros": b"\0" * len(data)}[kind]
    any_storage.put(snapshot.data.key, torn)
    later = new_store(any_storage, tmp_path / "elsewhere")
    if kind != "zeros":  # the size alone tells
        assert later.intact(snapshot.sha256, DatasetSnapshot) is None
    with pytest.raises(PipeWeaveError, match="damaged"):
        later.payload(snapshot.data)
    assert later.intact(snapshot.sha256, DatasetSnapshot) is None, "so the next run makes it anew"
    later.save_payloads(snapshot, tmp_path / "made")
    assert later.payload(snapshot.data).read_bytes() == data
    assert later.intact(snapshot.sha256, DatasetSnapshot) == snapshot


def test_a_run_writes_a_torn_payload_of_the_right_size_anew(
    store: DocumentStore, tmp_path: Path
) -> None:
    snapshot = snapshot_of(tmp_path / "made")
    store.storage.put(snapshot.data.key, b"\0" * snapshot.data.size_bytes)
    store.save_payloads(snapshot, tmp_path / "made")
    assert (
        store.payload(snapshot.data).read_bytes() == (tmp_path / "made/data.parquet").read_bytes()
    )


def test_a_torn_copy_in_the_cache_is_fetched_again(any_storage: Storage, tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path / "made")
    data = (tmp_path / "made" / "data.parquet").read_bytes()
    new_store(any_storage, tmp_path).save_payloads(snapshot, tmp_path / "made")
    copy = tmp_path / "cache" / "objects" / snapshot.data.key
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(b"\0" * len(data))
    assert new_store(any_storage, tmp_path).payload(snapshot.data).read_bytes() == data


@torn
@pytest.mark.parametrize(
    "record", ["HEAD.json", "LAST.json", "runs/one.json", "results/raw_upload/k.json"]
)
def test_a_torn_record_counts_as_absent_and_is_replaced(
    store: DocumentStore, tmp_path: Path, record: str, content: bytes
) -> None:
    run(store, "one")
    key = f"datasets/d/{record}"
    store.storage.put(key, content)
    later = new_store(store.storage, tmp_path)
    assert None in (later.head("d"), later.attempt("d"), later.manifest("d", "one"),
                    later.result("d", "raw_upload", "k"))  # fmt: skip
    assert [text.split(" is damaged")[0] for text in later.records.damaged("datasets/d/")] == [key]
    address = run(later, "one" if record.startswith("runs") else "two")
    head, attempt = later.head("d"), later.attempt("d")
    assert head is not None
    assert head.entries["raw_upload"].document == address
    assert attempt is not None
    assert attempt.state == "succeeded"
    assert later.result("d", "raw_upload", "k") is not None
    assert later.records.damaged("") == []
    kept = [later.storage.get(o.key) for o in later.storage.list("datasets/d/quarantine/")]
    assert kept == [content]
