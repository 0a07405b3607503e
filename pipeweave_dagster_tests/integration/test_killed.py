"""`kill -9` at any stage leaves the published state whole, and the next run succeeds."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster_tests.commands import SCORES_VARIABLE
from pipeweave_dagster_tests.integration.wholeness import faults, head
from pipeweave_dagster_tests.servers.process import kill_group, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("killed"),  # long ones begin early
]
PIPEWEAVE = [sys.executable, "-m", "pipeweave_dagster.cli"]
# A stage is under way when the one before it has been made.
STAGES = {"raw_upload": None, "dataset": "raw_upload", "findings": "schema_deduction"}
LAST = "model_evaluation"
STAGES |= {"model": "pipeline", LAST: "model"}


@contextlib.contextmanager
def main_job(file: Path, log: Path, budget: float = 1) -> Iterator[subprocess.Popen[bytes]]:
    """`pipeweave run`, started and killed at the latest with the block."""
    command = [*PIPEWEAVE, "run", str(file), "--target", "species"]
    command += ["--time-budget", str(budget)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        kill_group(process)


def made(storage: Path, known: set[Path]) -> set[str] | None:
    """What the newest run has made so far; None before it has begun."""
    runs = {*storage.glob("datasets/*/runs/*.json")} - known
    return set(json.loads(runs.pop().read_bytes())["made"]) if runs else None


def reaches(storage: Path, stage: str, known: set[Path]) -> bool:
    """Whether the newest run is at a stage now."""
    done = made(storage, known)
    return done is not None and (STAGES[stage] is None or STAGES[stage] in done)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """A run process's children and theirs."""
    return psutil.Process(process.pid).children(recursive=True)


def in_mlflow(home: Path) -> set[str]:
    """How the trainings stand in MLflow's store."""
    with contextlib.closing(sqlite3.connect(home / "mlflow.db")) as database:
        runs = "SELECT status FROM runs WHERE run_uuid IN (SELECT run_uuid FROM tags WHERE key = ?)"
        return {row[0] for row in database.execute(runs, ("dagster.run_id",))}


def at(stage: str, log: Path, known: set[Path], process: subprocess.Popen[bytes]) -> None:
    """Return when the newest run, whose home stands beside its log, is well inside a stage."""
    storage = log.parent / "home" / "storage"
    reached = partial(reaches, storage, stage, known)
    wait_until(reached, 200, process=process, why=log.read_text, every=0.05)
    time.sleep(0.3)


# The last stages have most to lose: a model, its test rows and an open run in MLflow.
LATE = [("model", LAST)]
EACH = [(None, "raw_upload"), ("dataset", "findings"), *LATE]


@pytest.mark.parametrize(
    "kills", [pytest.param(LATE, id="late"), pytest.param(EACH, id="each", marks=pytest.mark.soak)]
)
def test_killed_at_its_stages_with_and_without_its_children(
    kills: list[tuple[str | None, str]],
    home: Path,
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Children that are killed are replaced, and what they were doing is repeated.

    Each run goes on from the results of the one before. That writes are whole or absent, whenever
    they end, is seen in `adapters/state` and `adapters/storage`.
    """
    storage, file, log = home / "storage", examples / "penguins.csv", tmp_path / "log"
    for loses_children, killed in kills:
        known = {*storage.glob("datasets/*/runs/*.json")}
        with main_job(file, log) as process:
            if loses_children:
                at(loses_children, log, known, process)
                for child in family(process):
                    child.kill()
            at(killed, log, known, process)
            children = family(process)
            os.kill(process.pid, signal.SIGKILL)
            _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, f"orphans after {killed}: {alive}"
        assert head(storage, "penguins") is None
        assert not faults(storage)
    assert "RUNNING" in in_mlflow(home), "it waits for its evaluation"
    monkeypatch.setenv(SCORES_VARIABLE, "1")  # all that is asked of the last run is that it ends
    with main_job(file, log) as process:
        assert process.wait(timeout=120) == 0, log.read_text()
    assert head(storage, "penguins") is not None
    assert not faults(storage)
    found = in_mlflow(home)
    assert "RUNNING" not in found, "the next run has ended what was open"
    assert "FINISHED" in found


def test_control_c_cancels_the_run_and_leaves_nothing(
    home: Path, examples: Path, tmp_path: Path
) -> None:
    storage, log = home / "storage", tmp_path / "log"
    with main_job(examples / "penguins.csv", log, budget=60) as process:
        at("model", log, set(), process)
        children = family(process)
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to the whole group
        assert process.wait(timeout=10) == 130, log.read_text()
        _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    assert "Traceback" not in log.read_text()
    assert head(storage, "penguins") is None
    cli_home.settings.cache_clear()
    listed = CliRunner().invoke(build_app(), ["runs", "ls", "--json"])
    assert [run["status"] for run in json.loads(listed.stdout)["runs"]] == ["CANCELED"]
