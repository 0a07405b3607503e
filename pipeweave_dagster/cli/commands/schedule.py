"""`pipeweave schedule`: schedules and sensors."""

from typing import Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Schedules and sensors.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave schedule ls`")(ls)
    app.add_typer(group, name="schedule")


def ls(json: AsJson = False) -> None:
    """List schedules and sensors, how often they run, and which jobs they start."""
    home.prepare()
    from pipeweave_dagster.definitions import defs

    schedules: list[Any] = list(defs.schedules or [])
    found = [
        {
            "name": s.name,
            "kind": "schedule",
            "when": str(s.cron_schedule),
            "starts": s.job_name,
            "on_by_default": s.default_status.value == "RUNNING",
            "description": s.description,
        }
        for s in schedules
    ] + [
        {
            "name": s.name,
            "kind": "sensor",
            "when": f"every {s.minimum_interval_seconds} s",
            "starts": ", ".join(t.job_name for t in s.targets),
            "on_by_default": s.default_status.value == "RUNNING",
            "description": s.description,
        }
        for s in defs.sensors or []
    ]
    rows = [(f["name"], f["kind"], f["when"], f["starts"], f["description"]) for f in found]
    table = columns(["name", "kind", "interval", "starts", "description"], rows, width=70)
    emit({"automation": found}, json, table)
