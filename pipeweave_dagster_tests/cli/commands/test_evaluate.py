"""`pipeweave evaluate` says how long the whole command took, not only its longest stage."""

import json
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
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
