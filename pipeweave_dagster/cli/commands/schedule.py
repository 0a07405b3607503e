"""`pipeweave schedule`: what starts by itself, and when each data set is retrained."""

import time
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.retrain_switch import list_retraining, switch_retraining
from pipeweave_dagster.services.retrain_texts import state_text

_Name = Annotated[str, typer.Argument(help="Data set.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Schedules, sensors and retraining.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave schedule ls`")(ls)
    group.command("on", epilog="Example: `pipeweave schedule on titanic`")(on)
    group.command("off", epilog="Example: `pipeweave schedule off titanic`")(off)
    app.add_typer(group, name="schedule")


def ls(json: AsJson = False) -> None:
    """List schedules and sensors, and when each data set is due for retraining (UTC).

    What is due and unchanged is not retrained, and says so.
    """
    home.prepare()
    with home.workbench() as bench:
        retraining = list_retraining(bench.store, bench.settings, time.time())
    found = _automation()
    rows = [(f["name"], f["kind"], f["when"], f["starts"], f["description"]) for f in found]
    text = columns(["name", "kind", "interval", "starts", "description"], rows, width=70)
    if retraining:
        due = [
            (r["dataset"], "on" if r["on"] else "off", r["rule"], state_text(r)) for r in retraining
        ]
        header = ["data set", "retraining", "by", "next due (UTC)"]
        text = f"{text}\n\n{columns(header, due, width=110)}"
    emit({"automation": found, "retraining": retraining}, json, text)


def on(name: _Name, json: AsJson = False) -> None:
    """Turn retraining of a data set on: `retrain: {enabled: true}` in its pipeweave.yaml."""
    _switch(name, json, enabled=True)


def off(name: _Name, json: AsJson = False) -> None:
    """Turn retraining of a data set off; its uploads and batches are handled as before."""
    _switch(name, json, enabled=False)


def _switch(name: str, json: bool, *, enabled: bool) -> None:
    home.prepare()
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        written = switch_retraining(bench.store, dataset, enabled=enabled)
    state = "on" if enabled else "off"
    text = f"Retraining of {dataset} is {state}, see {written.place}."
    emit({"dataset": dataset, "on": enabled, "settings": written.place}, json, text)


def _automation() -> list[dict[str, Any]]:
    from pipeweave_dagster.definitions import defs

    schedules: list[Any] = list(defs.schedules or [])
    return [
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
