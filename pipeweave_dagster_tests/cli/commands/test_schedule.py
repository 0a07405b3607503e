"""Retraining of one data set is switched off and on; comments of the file are kept."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.views import dataset_view
from pipeweave_dagster_tests.factories.registry import register


@pytest.fixture
def store(home: Path) -> DocumentStore:
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "1", 0.8)
    text = b"target: y  # what we want\nretrain: {cron: '0 3 * * 1'}\n"
    store.storage.put("uploads/demo/pipeweave.yaml", text)
    return store


def test_off_and_on(store: DocumentStore) -> None:
    for word, enabled in (("off", False), ("on", True)):
        done = CliRunner().invoke(build_app("schedule"), ["schedule", word, "demo", "--json"])
        assert json.loads(done.stdout)["on"] is enabled
        assert settings_of(store, "demo").retrain.enabled is enabled
        listed = CliRunner().invoke(build_app("schedule"), ["schedule", "ls", "--json"])
        (row,) = json.loads(listed.stdout)["retraining"]
        assert row["on"] is enabled, "at once, before any run has read the file"
        page = dataset_view(store, "demo", Settings()).trained.retraining
        assert page["rule"] == ("cron 0 3 * * 1" if enabled else "off")
    text = store.storage.get("uploads/demo/pipeweave.yaml")
    assert b"# what we want" in text
    assert settings_of(store, "demo").retrain.cron == "0 3 * * 1"
