"""`pipeweave logs`: the event log of a run, also while it is running."""

import json as json_module
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.cli.support.recorded_runs import RunId, record_of

if TYPE_CHECKING:
    import dagster as dg

_POLL_S = 0.5
_EXAMPLE = "Example: `pipeweave logs 3f2a -f`"


def register(app: typer.Typer, runs: typer.Typer) -> None:
    """Add the command, also to the group `runs`."""
    app.command("logs", epilog=_EXAMPLE)(logs)
    runs.command("logs", epilog=_EXAMPLE.replace("logs", "runs logs"))(logs)


def logs(
    run_id: RunId,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow", "-f", help="Follow until the run ends; with --json one object per line."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Print the event log of a run in the order in which it was written."""
    with home.instance() as instance:
        full_id = record_of(instance, run_id).dagster_run.run_id
        if follow:
            for entry in _entries_to_come(instance, full_id):
                one = {"run_id": full_id, **_facts(entry)}
                sys.stdout.write(f"{json_module.dumps(one) if json else _line(one)}\n")
                sys.stdout.flush()
            return
        facts = [_facts(entry) for entry in instance.all_logs(full_id)]
    emit({"run_id": full_id, "entries": facts}, json, "\n".join(_line(f) for f in facts))


def decisive_step(instance: "dg.DagsterInstance", run_id: str) -> dict[str, Any]:
    """Return the first step of a run that failed, else its last one, and the last line of it.

    Steps that were skipped because of the failure say nothing about it. Empty if no step started.
    """
    entries = [_facts(entry) for entry in instance.all_logs(run_id)]
    failed = next((facts["step"] for facts in entries if facts["event"] == "STEP_FAILURE"), None)
    of_steps = [f for f in entries if f["step"] and failed in {None, f["step"]}]
    if not of_steps:
        return {}
    return {"step": of_steps[-1]["step"], "last_line": of_steps[-1]["message"]}


def _entries_to_come(instance: "dg.DagsterInstance", run_id: str) -> Iterator[Any]:
    """Yield all entries, past and future, until the run has ended."""
    cursor: str | None = None
    while True:
        run = instance.get_run_by_id(run_id)  # read before its entries, so that none is missed
        found = instance.get_records_for_run(run_id, cursor=cursor)
        cursor = found.cursor
        yield from (record.event_log_entry for record in found.records)
        if run is None or run.is_finished:
            return
        time.sleep(_POLL_S)


def _facts(entry: Any) -> dict[str, Any]:
    event = entry.dagster_event
    return {
        "time": entry.timestamp,
        "level": entry.level,
        "step": entry.step_key,
        "event": event.event_type_value if event else None,
        "message": entry.message if event else entry.user_message,
    }


def _line(facts: dict[str, Any]) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(facts["time"]))
    what = f"{facts['step'] or '-':<18} {facts['event'] or 'LOG':<28}"
    return f"{clock} {what} {plain(facts['message'], 500)}"
