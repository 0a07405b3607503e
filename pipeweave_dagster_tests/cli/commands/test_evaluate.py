"""`pipeweave evaluate` says how long the whole command took, not only its longest stage."""

import json
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.services.model_aliases import record_aliases
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import register


def call(*words: str) -> str:
    """Runs a command in this process, and returns what it printed."""
    return CliRunner().invoke(build_app(), list(words)).stdout


def test_the_whole_command_is_timed(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    register(DocumentStore(open_storage(settings), settings.cache_folder), "1", 0.8)
    # The run itself is in integration/test_cli.py.
    monkeypatch.setattr(
        "pipeweave_dagster.cli.commands.evaluate._made_in_full", lambda *_, **__: None
    )
    began = psutil.Process().create_time()
    monkeypatch.setattr("time.time", lambda: began + 227.4)
    assert "The whole command took 227 s, including its start." in call(
        "evaluate", "demo", "--full"
    )
    assert json.loads(call("evaluate", "demo", "--full", "--json"))["seconds"] == 227.4
    assert "took" not in call("evaluate", "demo")


@pytest.mark.parametrize(
    ("aliases", "role"),
    [
        ({"champion": "1"}, "version 1, champion"),
        ({"champion": "2", "previous": "1"}, "version 1, previous; the champion is version 2"),
        ({"champion": "2"}, "version 1, not promoted; the champion is version 2"),
        ({}, "version 1, not promoted"),
    ],
)
def test_the_alias_is_that_of_now(home: Any, aliases: dict[str, str], role: str) -> None:
    """A twin that is promoted later is a version without a run: version 1 stayed champion here."""
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    register(store, "2", 0.7)
    register(store, "1", 0.8)  # HEAD
    record_aliases(store, "demo", {"champion": "0"})
    record_aliases(store, "demo", aliases)
    assert f"on test rows ({role})" in call("evaluate", "demo")
    facts = json.loads(call("evaluate", "demo", "--json"))
    found = [facts[name] for name in ("version", "champion", "decision")]
    assert found == ["1", aliases.get("champion"), "champion"]
    assert facts["alias"] == role.partition(";")[0].removeprefix("version 1, ").replace(
        "not promoted", "none"
    )
