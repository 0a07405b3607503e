"""Whom a settings file names counts before a run has read it, and stops nothing if it is wrong."""

import logging

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.named_owners import claim_arrived, named_owner
from pipeweave_dagster.services.ownership import owners_of
from pipeweave_dagster.settings import Settings

NAMED = "uploads/churn/pipeweave.yaml"


@pytest.fixture
def store(home) -> DocumentStore:
    settings = Settings()
    return DocumentStore(open_storage(settings), settings.cache_folder)


@pytest.mark.parametrize(
    ("content", "owner"),
    [(b"owner: risk\ntarget: x\n", "risk"), (b"target: x\n", None), (b"owner: [", None),
     (b"owner: Not A Name\n", None), (None, None)],
)  # fmt: skip
def test_a_file_names_an_owner_or_nobody(store, content, owner):
    if content is not None:
        store.storage.put(NAMED, content)
    assert named_owner(store, "churn") == owner
    claim_arrived(store, "churn")
    assert owners_of(store) == ({"churn": owner} if owner else {})
    recorded = [(e.who, e.subject) for e in audit.entries(store)]
    assert recorded == ([("sensor", "churn")] if owner else [])


def test_a_damaged_record_of_owners_stops_no_sensor(store, caplog):
    store.storage.put(NAMED, b"owner: ada\n")
    store.storage.put("ownership/OWNERS.json", b"")
    with caplog.at_level(logging.WARNING):
        claim_arrived(store, "churn")
    assert "The owner of churn is not recorded yet" in caplog.text
