"""When a data set is retrained, on its page and in lists."""

from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.retraining import Due
from pipeweave_dagster.services.retrain_texts import facts_of, state_text
from pipeweave_dagster.services.retraining import record_request, record_skip, retrain_state
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.views import dataset_view
from pipeweave_dagster_tests.factories.registry import register

DAY = 86_400.0
SETTINGS = {"retrain_max_age_days": 30}


@pytest.fixture
def store(home: Path) -> DocumentStore:
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "1", 0.8)  # made one second after the epoch
    return store


def shown(store: DocumentStore, now: float) -> str:
    state = retrain_state(store, "demo", Settings(**SETTINGS), now)
    assert state is not None
    return state_text(facts_of("demo", state, now))


def test_the_next_time_is_shown_until_it_is_due(store: DocumentStore) -> None:
    assert shown(store, 2 * DAY) == "1970-01-31T00:00+00:00"
    assert shown(store, 31 * DAY) == "due: the model is 31.0 days old; the limit is 30"


def test_what_was_skipped_and_requested_is_shown(store: DocumentStore) -> None:
    record_skip(store, "demo", "skipped, nothing is new since run r1", 31 * DAY)
    assert shown(store, 31 * DAY).endswith("; skipped, nothing is new since run r1")
    record_request(store, "demo", Due("age", "old"), 32 * DAY)
    assert shown(store, 32 * DAY) == "1970-02-03T00:00+00:00", "after the cool-down"
    page = dataset_view(store, "demo", Settings(**SETTINGS)).trained.retraining
    assert page["rule"] == "age 30 days"
    assert page["state"].startswith("due: ")
    assert page["last"] == "1970-02-02T00:00+00:00: old"


def test_without_a_rule_nothing_is_due(store: DocumentStore) -> None:
    page = dataset_view(store, "demo", Settings()).trained.retraining
    assert (page["rule"], page["state"]) == ("by hand only", "-")
