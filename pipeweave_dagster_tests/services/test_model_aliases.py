"""Lists and pages show the champion of the registry, not the newest model."""

from typing import Any

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import DatasetEntry, SchemaDeduction, TargetDeduction
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.champion import (
    Champion,
    champion_of,
    find_champion,
    set_alias,
    with_alias,
)
from pipeweave_dagster.services.champion_decision import compare_with_champion, decide
from pipeweave_dagster.services.model_aliases import aliases_of, record_alias, recorded
from pipeweave_dagster.services.model_versions import load_version
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import Registry, register, trained


@pytest.fixture
def store(home: Any) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.fixture
def registry(store: DocumentStore) -> Any:
    return Registry(store)


def versions_of(entry: DatasetEntry) -> tuple[str | None, str | None]:
    """Champion and challenger."""
    champion, challenger = entry.champion, entry.challenger
    return (champion.version if champion else None, challenger.version if challenger else None)


def test_the_first_champion_is_shown(store: DocumentStore, registry: Any) -> None:
    register(store, "1", 0.8)
    set_alias(registry, "demo", "1", "champion")
    entry = entry_of(store, "demo")
    assert versions_of(entry) == ("1", None)
    assert entry.model == "model 1"
    assert entry.score == "roc_auc 0.8 [0.7, 0.9]"


def test_after_a_rollback_the_earlier_version_is_shown(store: DocumentStore, registry: Any) -> None:
    for version, score in (("1", 0.8), ("2", 0.9)):
        register(store, version, score)
        set_alias(registry, "demo", version, "champion")
    assert versions_of(entry_of(store, "demo")) == ("2", None)
    set_alias(registry, "demo", "1", "champion")
    entry = entry_of(store, "demo")
    assert versions_of(entry) == ("1", None)
    assert entry.score == "roc_auc 0.8 [0.7, 0.9]"
    assert aliases_of(store, "demo") == {"champion": "1", "previous": "2"}


def test_a_challenger_stands_beside_until_it_is_promoted(
    store: DocumentStore, registry: Any
) -> None:
    register(store, "1", 0.8)
    set_alias(registry, "demo", "1", "champion")
    register(store, "2", 0.6, "challenger")
    set_alias(registry, "demo", "2", "challenger")
    entry = entry_of(store, "demo")
    assert versions_of(entry) == ("1", "2")
    assert entry.score == "roc_auc 0.8 [0.7, 0.9]"
    assert entry.challenger is not None
    assert entry.challenger.score == "roc_auc 0.6 [0.5, 0.7]"
    assert entry.challenger.reason == "Reason of version 2."
    set_alias(registry, "demo", "2", "champion")
    assert versions_of(entry_of(store, "demo")) == ("2", None)


def test_a_model_that_was_not_promoted_is_shown_without_a_champion(store: DocumentStore) -> None:
    register(store, "1", 0.5, "none")
    entry = entry_of(store, "demo")
    assert versions_of(entry) == (None, None)
    assert entry.model == "model 1"


def test_a_storage_without_a_record_shows_what_evaluations_decided(store: DocumentStore) -> None:
    register(store, "1", 0.8)
    register(store, "2", 0.9)
    register(store, "3", 0.6, "challenger")
    register(store, "4", 0.5, "none")
    assert recorded(store, "demo") is None
    assert aliases_of(store, "demo") == {"champion": "2", "challenger": "3"}


def test_an_alias_moved_in_mlflow_is_recorded_when_it_is_read(
    store: DocumentStore, registry: Any
) -> None:
    for version in ("1", "2"):
        register(store, version, 0.8)
        set_alias(registry, "demo", version, "champion")
    registry.aliases["champion"] = "1"
    current = find_champion(registry, "demo").current
    assert current is not None
    assert current.link.model_version == "1"
    assert versions_of(entry_of(store, "demo"))[0] == "1"
    del registry.aliases["champion"]
    assert find_champion(registry, "demo") == Champion()
    assert versions_of(entry_of(store, "demo"))[0] is None


def test_a_model_of_another_storage_leaves_no_trace(store: DocumentStore, registry: Any) -> None:
    """Reading the registry must not bring back a data set that was removed."""
    registry.aliases["champion"] = "7"
    assert "Version 7, the champion in MLflow, is not" in find_champion(registry, "gone").note
    record_alias(store, "gone", "champion", None)
    assert "gone" not in store.datasets()


def test_a_champion_keeps_its_own_target(store: DocumentStore, registry: Any) -> None:
    register(store, "1", 0.8)
    set_alias(registry, "demo", "1", "champion")
    entry = entry_of(store, "demo").model_copy(update={"target": "other"})
    assert entry.champion is not None
    assert (entry.champion.target, entry.model_target, entry.target) == ("y", "y", "other")


def forget(store: DocumentStore) -> None:
    """Remove the data set, as `pipeweave datasets rm` does: MLflow keeps its models."""
    for stored in list(store.storage.list("datasets/demo/")):
        store.storage.delete(stored.key)


def test_a_champion_whose_data_set_was_removed_stops_nothing(
    store: DocumentStore, registry: Any
) -> None:
    """Every later run, promotion and prediction of that name failed with NOT_FOUND."""
    for version, alias in (("1", "champion"), ("2", "challenger")):
        register(store, version, 0.8, alias)
        set_alias(registry, "demo", version, alias)
    forget(store)
    with pytest.raises(PipeWeaveError, match=r"Version 1, the champion in MLflow.*Run the data"):
        champion_of(registry, "demo")
    register(store, "3", 0.5, "champion")
    new = trained("3", "model 3")
    decision = decide(registry, "demo", new, load_version(store, "demo", "3")[1])
    assert decision.alias == "champion"
    assert "Version 1, the champion in MLflow, is not in this storage" in decision.reason
    assert compare_with_champion(registry, "demo", new) is None
    set_alias(registry, "demo", "3", "champion")
    assert aliases_of(store, "demo") == {"champion": "3"}
    assert versions_of(entry_of(store, "demo")) == ("3", None)
    assert with_alias(registry, "demo", "previous").current is None


def test_an_equal_number_in_another_registry_is_another_model(
    store: DocumentStore, registry: Any
) -> None:
    register(store, "1", 0.8)
    registry.aliases["champion"] = "1"
    registry.prefix = "other"
    found = find_champion(registry, "demo")
    assert found.current is None
    assert "trained with another storage" in found.note


def test_without_a_model_the_missing_target_is_named(store: DocumentStore, registry: Any) -> None:
    target = TargetDeduction(
        name=None, task=None, confidence=0, source="none", reason="", candidates=["price"]
    )
    schema = SchemaDeduction(columns=[], target=target)
    entry = Entry(document=store.save(schema), key="k", run_id="r", made_at=1.0)
    head = Head(dataset="demo", run_id="r", moved_at=1.0, entries={"schema_deduction": entry})
    store.storage.put("datasets/demo/HEAD.json", head.model_dump_json().encode())
    with pytest.raises(PipeWeaveError, match=r"waiting for a target.*Candidates: price"):
        champion_of(registry, "demo")
