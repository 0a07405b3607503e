"""Lists and pages show the champion of the registry, not the newest model."""

from typing import Any

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import DatasetEntry
from pipeweave_dagster.services.champion import champion_link, set_alias
from pipeweave_dagster.services.model_aliases import aliases_of, record_alias, recorded
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import Registry, register


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
    assert entry.model == "model 1 (model)"
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
    assert entry.model == "model 1 (model)"


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
    link = champion_link(registry, "demo")
    assert link is not None
    assert link.model_version == "1"
    assert versions_of(entry_of(store, "demo"))[0] == "1"
    del registry.aliases["champion"]
    assert champion_link(registry, "demo") is None
    assert versions_of(entry_of(store, "demo"))[0] is None


def test_a_model_of_another_storage_leaves_no_trace(store: DocumentStore, registry: Any) -> None:
    """Reading the registry must not bring back a data set that was removed."""
    registry.aliases["champion"] = "7"
    champion_link(registry, "gone")
    record_alias(store, "gone", "champion", None)
    assert "gone" not in store.datasets()


def test_a_champion_keeps_its_own_target(store: DocumentStore, registry: Any) -> None:
    register(store, "1", 0.8)
    set_alias(registry, "demo", "1", "champion")
    entry = entry_of(store, "demo").model_copy(update={"target": "other"})
    assert entry.champion is not None
    assert (entry.champion.target, entry.model_target, entry.target) == ("y", "y", "other")
