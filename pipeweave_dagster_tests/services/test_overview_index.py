"""The overview is read from an index that follows every change, and equals the stores."""

import time
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import (
    BatchRecord,
    ColumnDrift,
    DatasetEntry,
    Estimate,
    RawUpload,
)
from pipeweave_dagster.lib.attempts import end_attempt
from pipeweave_dagster.lib.failure_reasons import CANCELLED
from pipeweave_dagster.services import overview_index
from pipeweave_dagster.services.batch_history import change_history, history_of, with_batch
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.overview_index import needs_rebuild, overview_of, refresh_row
from pipeweave_dagster.services.overview_row import full_entry_of
from pipeweave_dagster.services.run_figures import MOST_RUNS, run_cost
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import Registry, register


@pytest.fixture
def store(home: Path) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The data sets whose rows were computed from the stores, in order."""
    names: list[str] = []

    def counted(store: DocumentStore, dataset: str) -> DatasetEntry:
        names.append(dataset)
        return full_entry_of(store, dataset)

    monkeypatch.setattr(overview_index, "full_entry_of", counted)
    return names


def run_once(store: DocumentStore, dataset: str, run_id: str, seconds: float = 2.0) -> None:
    state = RunState(store, dataset, run_id)
    document = RawUpload(dataset=dataset, files=[])
    entry = Entry(document=store.save(document), key="k", run_id=run_id, made_at=time.time())
    state.record("raw_upload", entry, seconds)
    publish(state, {"raw_upload"})


def batch(number: int, verdict: Any = "drifted") -> BatchRecord:
    return BatchRecord(
        batch=f"b{number}",
        model_version="1",
        scored_at=float(number),
        rows=10,
        predictions_key="p",
        data_sha256="0",
        verdict=verdict,
        drift=[ColumnDrift(name="x", score=0.4, threshold=0.1, drifted=True)],
        metric="roc_auc",
        measured={"roc_auc": Estimate(value=0.75)},
    )


def row(store: DocumentStore, dataset: str = "demo") -> DatasetEntry:
    return next(entry for entry in overview_of(store).datasets if entry.dataset == dataset)


def test_only_what_has_changed_is_computed_again(store: DocumentStore, computed: list[str]) -> None:
    for name in ("a", "b", "c"):
        run_once(store, name, f"{name}1")
    assert [entry.dataset for entry in overview_of(store).datasets] == ["a", "b", "c"]
    assert sorted(computed) == ["a", "b", "c"]
    run_once(store, "b", "b2")
    overview_of(store)
    assert computed[3:] == ["b"]
    overview_of(store)
    assert len(computed) == 4
    assert overview_of(store, rebuild=True) == overview_of(store)
    assert sorted(computed[4:]) == ["a", "b", "c"]


def test_a_run_leaves_its_row_ready_for_readers(store: DocumentStore, computed: list[str]) -> None:
    run_once(store, "demo", "r1")
    refresh_row(store, "demo")
    assert computed == ["demo"]
    assert row(store).runs is not None
    assert computed == ["demo"]


def test_runs_are_counted_as_their_manifests_say(store: DocumentStore) -> None:
    for number in range(3):
        run_once(store, "demo", f"good{number}", seconds=1.5)
    RunState(store, "demo", "bad").attempt("failed", asset="dataset")
    RunState(store, "demo", "killed")
    RunState(store, "demo", "under-way")
    end_attempt(store, "demo", "killed", CANCELLED)
    manifests = [store.manifest("demo", run_id) for run_id in store.manifests("demo")]
    states = [manifest.state for manifest in manifests if manifest]
    runs = row(store).runs
    assert runs is not None
    assert runs.succeeded == states.count("succeeded") == 3
    assert runs.failed == states.count("failed") == 2
    assert runs.running == states.count("running") == 1
    assert runs.success_rate == 0.6
    took = [m.ended_at - m.started_at for m in manifests if m and m.ended_at]
    assert runs.seconds == pytest.approx(sum(took), abs=0.01)
    assert runs.assets["raw_upload"].model_dump() == {"runs": 3, "seconds": 4.5}
    assert overview_of(store).totals().runs == runs
    assert run_cost(7200, 0.5) == 1.0
    assert run_cost(7200, None) is None


def test_only_the_newest_runs_count(store: DocumentStore) -> None:
    RunState(store, "demo", "oldest").attempt("failed", asset="dataset")
    for number in range(MOST_RUNS):
        run_once(store, "demo", f"r{number}")
    runs = row(store).runs
    assert runs is not None
    assert (runs.succeeded, runs.failed) == (MOST_RUNS, 0)


def test_models_batches_and_aliases_are_those_of_the_stores(store: DocumentStore) -> None:
    run_once(store, "demo", "r1")
    register(store, "1", 0.8)
    register(store, "2", 0.9)
    registry: Any = Registry(store)
    assert row(store).champion is not None  # as the evaluation of version 2 decided
    set_alias(registry, "demo", "1", "champion")
    shown = row(store)
    assert shown.champion is not None
    assert shown.champion.version == aliases_of(store, "demo")["champion"] == "1"
    assert shown.champion.gain == pytest.approx((0.8 - 0.5) / (1 - 0.5))
    for number, verdict in ((1, "stable"), (2, "drifted")):
        change_history(store, "demo", lambda h, n=number, v=verdict: with_batch(h, batch(n, v)))
    newest = row(store).batch
    assert newest is not None
    assert newest.batch == history_of(store, "demo").batches[-1].batch == "b2"
    assert (newest.verdict, newest.drifted, newest.measured) == ("drifted", 1, "roc_auc 0.75")
    overview = overview_of(store)
    totals = overview.totals()
    assert (totals.datasets, totals.champions, totals.drifted) == (1, 1, 1)
    assert [entry.dataset for entry in overview.best()] == ["demo"]
    assert row(store).needs_attention


def test_a_removed_data_set_leaves_the_index(store: DocumentStore) -> None:
    for name in ("a", "b"):
        run_once(store, name, f"{name}1")
    overview_of(store)
    for stored in list(store.storage.list("datasets/a/")):
        store.storage.delete(stored.key)
    assert [entry.dataset for entry in overview_of(store).datasets] == ["b"]
    assert [o.key for o in store.storage.list("overview/rows/")] == ["overview/rows/b.json"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 99, "entry": {}}', b"[1]"])
def test_a_damaged_index_is_computed_again(store: DocumentStore, content: bytes) -> None:
    run_once(store, "demo", "r1")
    before = overview_of(store)
    for key in ("overview/INDEX.json", "overview/rows/demo.json"):
        store.storage.put(key, content)
    assert overview_of(store) == before


def test_a_change_during_the_computation_is_not_lost(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_once(store, "demo", "r1")

    def slow(store: DocumentStore, dataset: str) -> DatasetEntry:
        entry = full_entry_of(store, dataset)
        run_once(store, dataset, "r2")
        return entry

    monkeypatch.setattr(overview_index, "full_entry_of", slow)
    early = row(store).runs
    assert early is not None
    assert early.succeeded == 1
    monkeypatch.setattr(overview_index, "full_entry_of", full_entry_of)
    runs = row(store).runs
    assert runs is not None
    assert runs.succeeded == 2


def test_rows_are_computed_anew_once_a_day(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert needs_rebuild(store)
    run_once(store, "demo", "r1")
    overview_of(store, rebuild=True)
    assert not needs_rebuild(store)
    now = time.time()
    monkeypatch.setattr(overview_index.time, "time", lambda: now + 90_000)
    assert needs_rebuild(store)


def test_the_last_run_says_what_it_ran_unless_that_is_the_main_job(store: DocumentStore) -> None:
    for job, shown in (("process_dataset", ""), ("predict_batch", " (predict_batch)")):
        RunState(store, "demo", job, job=job).attempt("failed", error={"message": "No rows."})
        text = row(store).last_attempt
        assert text.startswith("failed 2")
        assert text.endswith(f"+00:00{shown} No rows.")
    attempt = store.attempt("demo")
    assert attempt is not None
    assert attempt.job == "predict_batch"
