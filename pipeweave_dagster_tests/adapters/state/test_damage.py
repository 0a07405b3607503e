"""What a failure of the power leaves behind: torn objects are found, named, and made anew."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage import Storage
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.asset_catalog import assets_of
from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.factories import make_dataset

pytestmark = pytest.mark.slow

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
    found = (later.head("d"), later.attempt("d"), later.manifest("d", "one"),
             later.result("d", "raw_upload", "k"))  # fmt: skip
    assert (None in found) == (record != "HEAD.json"), "HEAD is rebuilt"
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


def sha8(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


WHOLE = assets_of("process_dataset")


def made_by(name: str) -> RawUpload:
    return RawUpload(dataset="d", files=[RawFile(name=name, sha256="0" * 64, size_bytes=1)])


def process(
    store: DocumentStore, run_id: str, assets: Sequence[str] = WHOLE, content: str = ""
) -> RunState:
    """A run of several assets; it publishes if it has made all of them."""
    state = RunState(store, "d", run_id)
    for asset in assets:
        made = made_by(f"{content or run_id} {asset}")
        state.record(asset, Entry(document=store.save(made), key="", run_id=run_id, made_at=0))
    publish(state, {*WHOLE})
    return state


@torn
def test_a_torn_head_is_rebuilt_from_the_last_run_that_completed(
    store: DocumentStore, tmp_path: Path, content: bytes
) -> None:
    """Everything that a data set had published was gone with its HEAD."""
    process(store, "one")
    process(store, "two")
    process(store, "refused", WHOLE[:4])
    before = store.head("d")
    for torn_record in ("HEAD.json", "LAST.json", "GENERATION.json"):
        store.storage.put(f"datasets/d/{torn_record}", content)
    later = new_store(store.storage, tmp_path)
    head = later.head("d")
    assert head is not None
    assert before is not None
    assert (head.run_id, head.entries, head.generations) == (
        "two", before.entries, before.generations)  # fmt: skip
    (text,) = [t for t in later.records.damaged("datasets/d/") if "HEAD" in t]
    assert "the state of run two (generation 2) is used until the next run replaces it" in text
    assert process(later, "four").manifest.generation == 4, "it counts on"
    head = later.head("d")
    assert head is not None
    assert head.run_id == "four"
    assert later.records.damaged("") == []
    assert later.storage.get(f"datasets/d/quarantine/HEAD.json.{sha8(content)}") == content


def test_a_torn_head_is_not_rebuilt_from_what_is_torn_itself(
    store: DocumentStore, tmp_path: Path
) -> None:
    process(store, "one")
    manifest = process(store, "two").manifest
    store.storage.put("datasets/d/HEAD.json", b"")
    store.storage.put(f"documents/{manifest.entries['model'].document}.json", b"")
    head = new_store(store.storage, tmp_path).head("d")
    assert head is not None
    assert head.run_id == "one"


def test_a_head_that_has_moved_although_nobody_was_told_so_is_no_conflict(
    store: DocumentStore,
) -> None:
    """Where the response to the swap was lost, the run counted as superseded, by itself."""
    process(store, "one")
    state = RunState(store, "d", "two")
    state.entry("model")  # as the evaluation reads the champion
    for asset in WHOLE:
        made = made_by(f"two {asset}")
        state.record(asset, Entry(document=store.save(made), key="", run_id="two", made_at=0))
    assert publish(state, {*WHOLE}) is None
    assert publish(state, {*WHOLE}) is None, "the repeated step publishes again"
    attempt = store.attempt("d")
    assert attempt is not None
    assert attempt.state == "succeeded"


def test_whatever_is_torn_the_next_run_publishes_a_whole_state(
    store: DocumentStore, tmp_path: Path
) -> None:
    """Every object of a storage in turn, each in another way."""
    process(store, "one")
    run(store, "results")
    keys = sorted(stored.key for stored in store.storage.list(""))
    assert len(keys) > len(WHOLE) + 4, "documents and every kind of record"
    for number, key in enumerate(keys):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "storage", folder / "storage")
        torn_store = new_store(FolderStorage(folder / "storage"), folder)
        torn_store.storage.put(key, [*TORN.values()][number % len(TORN)])
        process(torn_store, "two", content="one")  # made anew, under the same addresses
        head = new_store(torn_store.storage, folder).head("d")
        assert head is not None, key
        assert head.run_id == "two", key
        for entry in head.entries.values():
            torn_store.load(entry.document, RawUpload)
