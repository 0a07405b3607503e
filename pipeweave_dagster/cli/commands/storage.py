"""`pipeweave usage` and `pipeweave gc`: what is held, and removing what nothing points to."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.services.garbage_collection import collect
from pipeweave_dagster.services.usage import usage as held

_HOUR_S = 3600.0
_HEADER = ("where", "what", "objects", "MB", "old", "old MB", "")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: `pipeweave usage --older-than 90`")(usage)
    app.command(epilog="Example: `pipeweave gc --keep-runs 20 --dry-run`")(gc)


def usage(
    older_than: Annotated[float, typer.Option(help="Days after which something is old.", min=0)] = (
        30
    ),
    json: AsJson = False,
) -> None:
    """Tell what storage and home hold, by kind: objects and MB, and how much of it is old.

    It lists the whole storage, a request for each thousand objects of a bucket. What a database
    or an MLflow server elsewhere holds is not counted.
    """
    settings = home.prepare()
    with home.workbench() as bench:
        areas = held(settings, bench.store.storage, time.time() - older_than * 24 * _HOUR_S)
    total = {
        name: sum(getattr(area, name) for area in areas)
        for name in ("objects", "bytes", "old_objects", "old_bytes")
    }
    elsewhere = [] if settings.tracking_uri.startswith("sqlite:") else ["MLflow"]
    elsewhere += ["Dagster"] if settings.database_url else []
    facts = {"older_than_days": older_than, "total": total, "not_counted": elsewhere}
    rows = [_row(area.place, area.name, asdict(area), area.meaning) for area in areas]
    text = columns(_HEADER, [*rows, _row("", "all", total, "")])
    if elsewhere:
        text += f"\nNot counted, as they are in a database elsewhere: {', '.join(elsewhere)}."
    text += f"\nOld: more than {older_than:g} days. 'pipeweave gc' removes what nothing uses."
    emit({**facts, "areas": [asdict(area) for area in areas]}, json, text)


def _row(place: str, name: str, counts: dict[str, int], meaning: str) -> Sequence[str]:
    return (
        place,
        name,
        f"{counts['objects']:,}",
        f"{counts['bytes'] / 1e6:,.1f}",
        f"{counts['old_objects']:,}",
        f"{counts['old_bytes'] / 1e6:,.1f}",
        meaning,
    )


def gc(
    keep_runs: Annotated[int, typer.Option(help="Runs of each data set to keep.", min=1)] = 50,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    json: AsJson = False,
) -> None:
    """Remove documents and payloads that neither HEAD, a kept run nor a model version uses."""
    home.prepare()
    with home.workbench() as bench:
        # What is younger may belong to a run that has not entered it into its manifest yet.
        freed = collect(bench.store, keep_runs, older_than=time.time() - 24 * _HOUR_S, dry=dry_run)
    words = "Would remove" if dry_run else "Removed"
    emit(
        {"dry_run": dry_run, **freed},
        json,
        f"{words} {freed['objects']:,} objects, {freed['bytes'] / 1e6:,.1f} MB.",
    )
