"""The run is the unit of state: interleaved runs never mix, and HEAD is always whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head, RunState, publish, runs
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError

LINE = {"raw_upload", "dataset", "model"}
Make = Callable[..., None]


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def document(text: str) -> RawUpload:
    return RawUpload(dataset="d", files=[RawFile(name=text, sha256="0" * 64, size_bytes=1)])


def make(state: RunState, asset: str, text: str, line: set[str] = LINE) -> str | None:
    address = state.store.save(document(text))
    entry = Entry(document=address, key="", run_id=state.manifest.run_id, made_at=0)
    state.record(asset, entry)
    return publish(state, line)


def content(store: DocumentStore, head: Head | None, asset: str) -> str:
    assert head is not None
    return store.load(head.entries[asset].document, RawUpload).files[0].name


def whole_run(store: DocumentStore, run_id: str, text: str) -> None:
    state = RunState(store, "d", run_id)
    for asset in ("raw_upload", "dataset", "model"):
        assert make(state, asset, f"{asset} {text}") is None


def test_head_moves_once_at_the_end(store: DocumentStore) -> None:
    state = RunState(store, "d", "one")
    for asset in ("raw_upload", "dataset"):
        make(state, asset, asset)
        assert store.head("d") is None
    make(state, "model", "model")
    head = store.head("d")
    assert head is not None
    assert set(head.entries) == LINE
    attempt = store.attempt("d")
    assert attempt is not None
    assert attempt.state == "succeeded"


def test_a_run_that_stops_leaves_head_alone(store: DocumentStore) -> None:
    whole_run(store, "one", "A")
    before = store.head("d")
    two = RunState(store, "d", "two")
    make(two, "raw_upload", "raw_upload B")
    two.attempt("failed", asset="dataset")
    assert store.head("d") == before
    attempt = store.attempt("d")
    assert attempt is not None
    assert (attempt.run_id, attempt.state) == ("two", "failed")


def test_what_was_found_last_is_that_of_the_last_attempt_else_of_head(
    store: DocumentStore,
) -> None:
    def raw() -> str:
        entries = store.last_with("d", "raw_upload")
        assert entries is not None
        return store.load(entries["raw_upload"].document, RawUpload).files[0].name

    whole_run(store, "one", "A")
    RunState(store, "d", "two").attempt("failed", asset="raw_upload")
    assert raw() == "raw_upload A"
    make(RunState(store, "d", "three"), "raw_upload", "raw_upload B")
    assert raw() == "raw_upload B"
    assert store.last_with("d", "raw_upload", "findings") is None
    assert store.last_with("nothing", "raw_upload") is None


def test_interleaved_runs_never_mix(store: DocumentStore) -> None:
    first, second = RunState(store, "d", "one"), RunState(store, "d", "two")
    make(first, "raw_upload", "A")
    make(second, "raw_upload", "B")
    make(second, "dataset", "B")
    make(first, "dataset", "A")
    assert store.load(first.entry("dataset").document, RawUpload).files[0].name == "A"
    assert make(second, "model", "B") is None
    conflict = make(first, "model", "A")
    assert conflict is not None
    assert "began later" in conflict
    head = store.head("d")
    assert {content(store, head, asset) for asset in LINE} == {"B"}


def test_the_later_run_wins_also_when_it_ends_later(store: DocumentStore) -> None:
    first, second = RunState(store, "d", "one"), RunState(store, "d", "two")
    for asset in ("raw_upload", "dataset", "model"):
        make(first, asset, "A")
    assert content(store, store.head("d"), "model") == "A"
    for asset in ("raw_upload", "dataset", "model"):
        assert make(second, asset, "B") is None
    assert {content(store, store.head("d"), a) for a in LINE} == {"B"}


def test_a_partial_run_reads_head_as_it_was_when_it_began(store: DocumentStore) -> None:
    whole_run(store, "one", "A")
    partial = RunState(store, "d", "two")
    whole_run(store, "three", "B")
    seen = store.load(partial.entry("dataset").document, RawUpload).files[0].name
    assert seen == "dataset A"
    conflict = make(partial, "model", "model of A", line={"model"})
    assert conflict is not None
    assert content(store, store.head("d"), "model") == "model B"


def test_a_partial_run_on_an_unchanged_head_publishes(store: DocumentStore) -> None:
    whole_run(store, "one", "A")
    partial = RunState(store, "d", "two")
    partial.entry("dataset")
    assert make(partial, "model", "new model", line={"model"}) is None
    head = store.head("d")
    assert content(store, head, "model") == "new model"
    assert content(store, head, "dataset") == "dataset A"


def test_a_retry_goes_on_from_its_parent(store: DocumentStore) -> None:
    parent = RunState(store, "d", "one")
    make(parent, "raw_upload", "A")
    make(parent, "dataset", "A")
    whole_run(store, "other", "B")
    retry = RunState(store, "d", "two", parent_run_id="one")
    assert store.load(retry.entry("dataset").document, RawUpload).files[0].name == "A"
    assert make(retry, "model", "A", line={"model"}) is None
    head = store.head("d")
    assert {content(store, head, asset) for asset in LINE} == {"A"}


def test_a_full_retry_publishes_only_when_all_is_made_anew(store: DocumentStore) -> None:
    parent = RunState(store, "d", "one")
    for asset in ("raw_upload", "dataset"):
        make(parent, asset, "A")
    retry = RunState(store, "d", "two", parent_run_id="one")
    make(retry, "raw_upload", "B")
    make(retry, "dataset", "B")
    assert store.head("d") is None
    make(retry, "model", "B")
    assert {content(store, store.head("d"), asset) for asset in LINE} == {"B"}


def test_the_manifest_keeps_what_several_processes_record(store: DocumentStore) -> None:
    one, same = RunState(store, "d", "one"), RunState(store, "d", "one")
    make(one, "raw_upload", "A")
    make(same, "dataset", "A")
    manifest = store.manifest("d", "one")
    assert manifest is not None
    assert set(manifest.entries) == {"raw_upload", "dataset"}


def test_an_asset_that_nobody_made_is_not_found(store: DocumentStore) -> None:
    with pytest.raises(PipeWeaveError, match="Materialize model first") as caught:
        RunState(store, "d", "one").entry("model")
    assert caught.value.code == "NOT_FOUND"


def test_head_tells_what_is_stale(store: DocumentStore) -> None:
    entries = {
        "dataset": Entry(document="new", key="", run_id="r", made_at=0),
        "model": Entry(document="m", key="", run_id="r", made_at=0, inputs={"dataset": "old"}),
    }
    head = Head(dataset="d", run_id="r", moved_at=0, entries=entries)
    assert head.stale() == {"model": "dataset was remade after it"}


def test_a_missing_data_set_names_the_nearest(store: DocumentStore) -> None:
    whole_run(store, "one", "A")
    store.storage.put("datasets/titanic/HEAD.json", store.storage.get("datasets/d/HEAD.json"))
    with pytest.raises(PipeWeaveError, match="Did you mean 'titanic"):
        store.require_head("titanik")


def test_a_document_of_another_kind_is_told(store: DocumentStore) -> None:
    from pipeweave_dagster.core.documents import Findings

    address = store.save(document("x"))
    with pytest.raises(PipeWeaveError, match="not a Findings"):
        store.load(address, Findings)


def test_a_clock_that_is_set_back_supersedes_no_run(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [2_000_000_000.0]
    monkeypatch.setattr(runs.time, "time", lambda: now[0])
    whole_run(store, "one", "A")
    now[0] -= 86_400
    whole_run(store, "two", "B")
    assert content(store, store.head("d"), "model") == "model B"
    attempt = store.attempt("d")
    assert attempt is not None
    assert (attempt.run_id, attempt.state) == ("two", "succeeded")

    earlier, later = (RunState(store, "d", name) for name in ("three", "four"))
    now[0] -= 86_400
    for state, text in ((later, "D"), (earlier, "C")):
        for asset in ("raw_upload", "dataset", "model"):
            make(state, asset, f"{asset} {text}")
    assert content(store, store.head("d"), "model") == "model D", "the later run counts"


@pytest.mark.parametrize("damage", [b"", None])
def test_a_lost_counter_goes_on_from_what_is_known(
    store: DocumentStore, damage: bytes | None
) -> None:
    for name in ("one", "two"):
        whole_run(store, name, name)
    store.storage.delete("datasets/d/GENERATION.json")
    if damage is not None:
        store.storage.put("datasets/d/GENERATION.json", damage)
    assert RunState(store, "d", "three").manifest.generation == 3


def test_results_of_a_stopped_run_are_found_after_a_later_run_that_made_less(
    store: DocumentStore,
) -> None:
    """A refused run has findings; the next one failed before its own, and hid them."""
    make(RunState(store, "d", "refused"), "dataset", "refused")
    make(RunState(store, "d", "failed"), "raw_upload", "failed")
    found = store.last_with("d", "dataset")
    assert found is not None
    assert found["dataset"].run_id == "refused"
    assert store.last_with("d", "model") is None
    whole_run(store, "whole", "A")
    make(RunState(store, "d", "later"), "raw_upload", "B")
    found = store.last_with("d", "dataset")
    assert found is not None
    assert found["dataset"].run_id == "whole"
