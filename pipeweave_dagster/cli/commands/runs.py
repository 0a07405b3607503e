"""`pipeweave runs`: list, show and cancel."""

import os
import signal
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.cli.commands import logs
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, day, emit, plain
from pipeweave_dagster.cli.support.recorded_runs import RunId, facts_of, record_of
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.services import audit

if TYPE_CHECKING:
    import dagster as dg

_CANCEL_WAIT_S = 10.0


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Dagster runs: list, show, logs, cancel.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave runs ls --name titanic`")(ls)
    group.command("show", epilog="Example: `pipeweave runs show 3f2a`")(show)
    logs.register(app, group)
    group.command("cancel", epilog="Example: `pipeweave runs cancel 3f2a`")(cancel)
    app.add_typer(group, name="runs")


def ls(
    name: Annotated[str | None, typer.Option(help="Only this data set.")] = None,
    limit: Annotated[int, typer.Option(help="Maximum number of runs.", min=1, max=1000)] = 20,
    json: AsJson = False,
) -> None:
    """List the latest runs, newest first."""
    import dagster as dg

    with home.instance() as instance:
        _end_the_dead(instance)
        tags = {"dagster/partition": name} if name else None
        records = instance.get_run_records(dg.RunsFilter(tags=tags), limit=limit)
    facts = [facts_of(record) for record in records]
    rows = [
        (f["run_id"][:8], f["job"], f["dataset"] or "-", f["status"], f["seconds"]) for f in facts
    ]
    table = columns(["run", "job", "data set", "status", "seconds"], rows)
    emit({"runs": facts}, json, table)


def _end_the_dead(instance: "dg.DagsterInstance") -> None:
    """Mark runs whose process was killed as failed; no daemon may have noticed yet."""
    from pipeweave_dagster.lib.reaper import reap

    with home.workbench() as bench:
        reap(instance, bench.store, restarts=bench.settings.crash_restarts)


def show(run_id: RunId, json: AsJson = False) -> None:
    """Show a run: status, times and, if it failed, the error, the step and the last log line."""
    from pipeweave_dagster.lib.failure_reasons import error_of

    with home.instance() as instance:
        _end_the_dead(instance)
        record = record_of(instance, run_id)
        facts = facts_of(record)
        error = error_of(instance, facts["run_id"]) if record.dagster_run.is_finished else None
        facts |= {"step": None, "last_line": None}
        if error is not None:
            facts |= logs.decisive_step(instance, facts["run_id"])
    facts["error"] = error.envelope() if error else None
    shown = facts | {
        "started": day(facts["started"]) + " UTC" if facts["started"] else None,
        "error": f"{error.code}: {error.text}" if error else None,
    }
    lines = [
        f"{key:>10}  {plain(value, 1000)}" for key, value in shown.items() if value is not None
    ]
    emit(facts, json, "\n".join(lines))


def cancel(run_id: RunId, json: AsJson = False) -> None:
    """Cancel a run and stop all its processes."""
    with home.instance() as instance:
        run = record_of(instance, run_id).dagster_run
        if run.is_finished:
            status = run.status.value
        else:
            _terminate(instance, run)
            status = _wait(instance, run.run_id)
            with home.workbench() as bench:
                dataset = run.tags.get("dagster/partition", run.job_name)
                audit.record(bench.store, "cancel", dataset, version=run.run_id)
    emit({"run_id": run.run_id, "status": status}, json, f"Run {run.run_id[:8]} is {status}.")


def _terminate(instance: "dg.DagsterInstance", run: Any) -> None:
    """Mark the run as canceling; interrupt its process if it runs on this machine."""
    import dagster as dg

    from pipeweave_dagster.lib.partitions import PROCESS_TAG
    from pipeweave_dagster.lib.processes import is_alive, pid_of

    process = run.tags.get(PROCESS_TAG)
    if run.status in {dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED}:
        instance.report_run_canceled(run)
        return
    instance.report_run_canceling(run)
    if process and is_alive(process):
        os.kill(pid_of(process), signal.SIGINT)
    elif process and is_alive(process) is False:
        instance.report_run_canceled(run, "Its process had already ended.")


def _wait(instance: "dg.DagsterInstance", run_id: str) -> str:
    deadline = time.monotonic() + _CANCEL_WAIT_S
    while time.monotonic() < deadline:
        run = instance.get_run_by_id(run_id)
        if run is not None and run.is_finished:
            return run.status.value
        time.sleep(0.2)
    raise unavailable(
        f"Run {run_id[:8]} has not stopped within {_CANCEL_WAIT_S:.0f} s.",
        fix="Its process may be on another machine; try again there.",
    )
