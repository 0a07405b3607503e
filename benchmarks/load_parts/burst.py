"""N uploads in one burst through the real sensor, daemon, queue and launcher."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import psutil

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.lib.failure_reasons import error_of
from pipeweave_dagster.lib.partitions import RESTART_OF_TAG, UPLOAD_VERSION_TAG
from pipeweave_dagster_tests.integration.wholeness import faults, head

_ROOT = Path(__file__).parents[2]
_LATE = 5
_JOB = "process_dataset"
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


_FIRST_STAGE = "benchmarks.load_parts.first_stage"
_WHOLE = "pipeweave_dagster.definitions"


def burst(
    uploads: int, limit_s: float, at_once: int, module: str = _FIRST_STAGE
) -> list[dict[str, Any]]:
    """Return one row: what became of the uploads, and how long it took.

    Args:
        uploads: Files, one data set each; five more arrive while they wait.
        limit_s: When to stop waiting.
        at_once: Runs at once.
        module: The code location.
    """
    with tempfile.TemporaryDirectory(prefix="pipeweave-load-") as place:
        os.environ["PIPEWEAVE_HOME"] = place
        os.environ.pop("PIPEWEAVE_STORAGE", None)
        home.settings.cache_clear()
        settings = home.prepare()
        _allow_runs_at_once(settings.dagster_home / "dagster.yaml", at_once)
        storage = settings.storage_folder
        names = [f"data-{number:05}" for number in range(uploads)]
        late = [f"late-{number}" for number in range(_LATE)]
        for name in names:
            _drop(storage, name)
        with dg.DagsterInstance.get() as instance:
            daemon = _daemon(Path(place), module)
            try:
                row = _watched(instance, storage, (names, late), daemon, limit_s)
                row["database errors"] = _database_errors(Path(place))
            finally:
                _stop(daemon)
    return [row]


def first_uploads(uploads: int, limit_s: float) -> list[dict[str, Any]]:
    """Return the row of uploads that all go through the whole line, eight at once.

    The installation is empty: they are also the first to open Dagster's and MLflow's databases.
    """
    os.environ["PIPEWEAVE_TIME_BUDGET_S"] = "2"
    return burst(uploads, limit_s, 8, _WHOLE)


def _watched(
    instance: dg.DagsterInstance,
    storage: Path,
    groups: tuple[list[str], list[str]],
    daemon: psutil.Process,
    limit_s: float,
) -> dict[str, Any]:
    names, late = groups
    began, dropped, requested, late_ended = time.monotonic(), None, None, None
    memory = 0
    while time.monotonic() - began < limit_s:
        now = time.monotonic()
        ended = instance.get_runs_count(dg.RunsFilter(job_name=_JOB, statuses=_ENDED))
        memory = max(memory, _memory(daemon))
        if dropped is None and ended >= len(names) // 20:
            for name in late:
                _drop(storage, name)
            dropped = now
        if dropped is not None and late_ended is None:
            tags = {"dagster/partition": late}
            if (
                requested is None
                and instance.get_runs_count(dg.RunsFilter(job_name=_JOB, tags=tags)) == _LATE
            ):
                requested = now
            done = dg.RunsFilter(job_name=_JOB, tags=tags, statuses=_ENDED)
            late_ended = now if instance.get_runs_count(done) == _LATE else None
        if ended >= len(names) + len(late):
            break
        time.sleep(2)
    seconds = time.monotonic() - began
    time.sleep(10)  # what would start twice has time to do so
    runs = instance.get_runs(dg.RunsFilter(job_name=_JOB))
    successes = [r for r in runs if r.status == dg.DagsterRunStatus.SUCCESS]
    per_version = Counter(run.tags[UPLOAD_VERSION_TAG] for run in successes)
    for run in runs:
        if run.status == dg.DagsterRunStatus.FAILURE:
            print(run.run_id, run.tags, error_of(instance, run.run_id), file=sys.stderr)
    finished = {r.tags["dagster/partition"] for r in runs if r.is_finished}
    lost = [name for name in finished if head(storage, name) is None]
    return {
        "uploads": len(names) + len(late),
        "runs": len(runs),
        "succeeded": len(successes),
        "started again": sum(RESTART_OF_TAG in run.tags for run in runs),
        "double": sum(count - 1 for count in per_version.values()),
        "lost": len(lost),
        "unfinished at the end": len(names) + len(late) - len(finished),
        "broken objects": len(faults(storage)),
        "minutes": round(seconds / 60, 1),
        "runs per minute": round(60 * len(successes) / seconds),
        "later ones requested after": _after(requested, dropped),
        "and ended after": _after(late_ended, dropped),
        "memory of daemon and code server": f"{memory >> 20} MB",
    }


def _after(moment: float | None, start: float | None) -> str:
    return "-" if moment is None or start is None else f"{moment - start:.0f} s"


def _allow_runs_at_once(file: Path, at_once: int) -> None:
    text = file.read_text()
    assert "max_concurrent_runs: 2" in text
    file.write_text(text.replace("max_concurrent_runs: 2", f"max_concurrent_runs: {at_once}"))


def _drop(storage: Path, name: str) -> None:
    folder = storage / "uploads" / name
    folder.mkdir(parents=True)
    rows = (f"{n % 7}.5,{n},{'no' if n % 5 < 2 else 'yes'}\n" for n in range(200))
    (folder / "pipeweave.yaml").write_text("target: kind\n")
    (folder / "data.csv").write_text(f"size,{name},kind\n{''.join(rows)}")


def _daemon(folder: Path, module: str) -> psutil.Process:
    env = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{_ROOT}"}
    command = [sys.executable, "-P", "-m", "dagster._daemon", "run", "-m", module]
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=env, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    return psutil.Process(process.pid)


def _memory(daemon: psutil.Process) -> int:
    """Return the memory of the daemon and its code server, without that of runs."""
    total = 0
    for process in [daemon, *daemon.children(recursive=True)]:
        try:
            if "execute_run" not in " ".join(process.cmdline()):
                total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def _database_errors(folder: Path) -> int:
    """Return how many lines of the daemon and its runs speak of a locked or broken database."""
    text = (folder / "daemon.log").read_text(errors="replace")
    return len(re.findall("database is locked|malformed|too many SQL|disk I/O error", text))


def _stop(daemon: psutil.Process) -> None:
    children = daemon.children(recursive=True)
    daemon.terminate()
    _, alive = psutil.wait_procs([daemon, *children], timeout=20)
    for process in alive:
        process.kill()
