"""`pipeweave logs -f`: what a run writes, while it writes it."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pytest

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.commands import logs
from pipeweave_dagster.cli.support import home

_LINES = 300


@dg.job
def _writing() -> None:
    """Its lines are written by the test."""


@contextmanager
def _opened(instance: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    yield instance


def test_a_run_is_followed_to_its_end_with_every_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line is told before the run goes on; the rest come in their order."""
    from typer.testing import CliRunner

    slept: list[float] = []
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_writing)

        def go_on(seconds: float) -> None:
            slept.append(seconds)
            for number in range(_LINES):
                instance.report_engine_event(f"line {number}", run)
            instance.report_run_failed(run, "It ended.")

        instance.report_engine_event("first", run)
        monkeypatch.setattr(home, "instance", lambda: _opened(instance))
        monkeypatch.setattr(logs.time, "sleep", go_on)
        told = CliRunner().invoke(build_app(), ["logs", run.run_id, "-f"]).output.splitlines()
    assert "first" in told[0]
    assert [line.split()[-1] for line in told if " line " in line] == [
        str(number) for number in range(_LINES)
    ]
    assert "It ended." in told[-1]
    assert len(slept) == 1
