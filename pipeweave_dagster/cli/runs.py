"""`pipeweave runs`: list, show, read and cancel."""

import os
import signal
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.errors import not_found, unavailable

if TYPE_CHECKING:
    import dagster as dg

_RunId = Annotated[str, typer.Argument(help="Run id, or its first characters.")]
_CANCEL_WAIT_S = 10.0


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Runs of the line.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave runs ls --name titanic`")(ls)
    group.command("show", epilog="Example: `pipeweave runs show 3f2a`")(show)
    group.command("logs", epilog="Example: `pipeweave runs logs 3f2a`")(logs)
    group.command("cancel", epilog="Example: `pipeweave runs cancel 3f2a`")(cancel)
    app.add_typer(group, name="runs")


def ls(
    name: Annotated[str | None, typer.Option(help="Only this data set.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1000)] = 20,
    json: AsJson = False,
) -> None:
    """The latest runs, the youngest first."""
    import dagster as dg

    with home.instance() as instance:
        tags = {"dagster/partition": name} if name else None
        records = instance.get_run_records(dg.RunsFilter(tags=tags), limit=limit)
    facts = [_facts(record) for record in records]
    rows = [(f["run_id"][:8], f["job"], f["dataset"], f["status"], f["seconds"]) for f in facts]
    table = columns(["run", "job", "data set", "status", "seconds"], rows)
    emit({"runs": facts}, json, table)


def show(run_id: _RunId, json: AsJson = False) -> None:
    """One run: status, times, and why it failed if it did."""
    from pipeweave_dagster.cli.launch import error_of

    with home.instance() as instance:
        record = _record(instance, run_id)
        facts = _facts(record)
        error = error_of(instance, facts["run_id"]) if record.dagster_run.is_finished else None
    facts["error"] = error.envelope() if error else None
    lines = [
        f"{key:>10}  {plain(value, 1000)}" for key, value in facts.items() if value is not None
    ]
    emit(facts, json, "\n".join(lines))


def logs(run_id: _RunId, json: AsJson = False) -> None:
    """The log lines and events of a run."""
    with home.instance() as instance:
        full_id = _record(instance, run_id).dagster_run.run_id
        entries = instance.all_logs(full_id)
    facts = [
        {
            "time": e.timestamp,
            "level": e.level,
            "step": e.step_key,
            "event": e.dagster_event.event_type_value if e.dagster_event else None,
            "message": e.message if e.dagster_event else e.user_message,
        }
        for e in entries
    ]
    lines = [
        f"{time.strftime('%H:%M:%S', time.localtime(f['time']))} {f['step'] or '-':<18} "
        f"{f['event'] or 'LOG':<28} {plain(f['message'], 500)}"
        for f in facts
    ]
    emit({"run_id": full_id, "entries": facts}, json, "\n".join(lines))


def cancel(run_id: _RunId, json: AsJson = False) -> None:
    """Stop a run and everything it has started."""
    with home.instance() as instance:
        run = _record(instance, run_id).dagster_run
        if run.is_finished:
            status = run.status.value
        else:
            _terminate(instance, run)
            status = _wait(instance, run.run_id)
    emit({"run_id": run.run_id, "status": status}, json, f"Run {run.run_id[:8]} is {status}.")


def _terminate(instance: "dg.DagsterInstance", run: Any) -> None:
    """Mark as cancelling; the run's own process sees it, or is interrupted if it is of here."""
    import dagster as dg

    from pipeweave_dagster.lib.partitions import PROCESS_TAG
    from pipeweave_dagster.lib.resources import is_alive, pid_of

    process = run.tags.get(PROCESS_TAG)
    if run.status in {dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED}:
        instance.report_run_canceled(run)
        return
    instance.report_run_canceling(run)
    if process and is_alive(process):
        os.kill(pid_of(process), signal.SIGINT)
    elif process and is_alive(process) is False:
        instance.report_run_canceled(run, "Its process had ended.")


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


def _record(instance: "dg.DagsterInstance", prefix: str) -> Any:
    found = instance.get_run_record_by_id(prefix)
    if found is not None:
        return found
    recent = [
        r for r in instance.get_run_records(limit=1000) if r.dagster_run.run_id.startswith(prefix)
    ]
    if len(recent) != 1:
        what = "Several runs begin" if recent else "No run begins"
        raise not_found(f"{what} with {prefix[:40]!r}.", fix="See 'pipeweave runs ls'.")
    return recent[0]


def _facts(record: Any) -> dict[str, Any]:
    run = record.dagster_run
    took = record.end_time - record.start_time if record.end_time and record.start_time else None
    return {
        "run_id": run.run_id,
        "job": run.job_name,
        "dataset": run.tags.get("dagster/partition"),
        "status": run.status.value,
        "started": record.start_time,
        "seconds": round(took, 1) if took is not None else None,
        "reason": run.tags.get("pipeweave/reason"),
    }
