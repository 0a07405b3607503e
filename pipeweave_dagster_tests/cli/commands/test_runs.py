"""`pipeweave runs`: a run that was killed has failed, also where nothing else has noticed it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.lib.failures import failure_of
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster_tests.lib.test_reaper import dead_process


@dg.job
def _killed() -> None:
    """Its events are written by the test."""


@contextmanager
def _opened(instance: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    yield instance


@pytest.mark.parametrize("command", ["ls", "show"])
def test_a_killed_run_shows_its_step_and_last_line(
    command: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home
    started = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "_killed")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_killed, tags={PROCESS_TAG: dead_process()})
        instance.report_dagster_event(started, run.run_id)
        instance.report_engine_event("trial 3 lightgbm", run, step_key="model")
        monkeypatch.setattr(cli_home, "instance", lambda: _opened(instance))
        words = ["runs", command, *([run.run_id[:8]] if command == "show" else []), "--json"]
        told = json.loads(CliRunner().invoke(build_app(), words).stdout)
    facts = told["runs"][0] if command == "ls" else told
    assert facts["status"] == "FAILURE"
    if command == "show":
        assert (facts["step"], facts["last_line"]) == ("model", "trial 3 lightgbm")
        assert "was killed" in facts["error"]["message"]


@dg.op
def predictions() -> int:
    """Fails as an asset does."""
    raise failure_of(validation_error("The data lacks columns.", fix="Add them."))


@dg.op
def performance(rows: int) -> int:
    """Is left out, since what it needs has failed."""
    return rows


@dg.job
def _refusing() -> None:
    performance(predictions())


def test_a_failed_run_shows_its_failed_step_and_the_text_of_its_error(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = _refusing.execute_in_process(instance=instance, raise_on_error=False).run_id
        monkeypatch.setattr(cli_home, "instance", lambda: _opened(instance))
        text = CliRunner().invoke(build_app(), ["runs", "show", run_id]).stdout
    shown = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert shown["step"] == "predictions"
    assert shown["error"] == "VALIDATION_ERROR: The data lacks columns. Add them."
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", shown["started"])
