"""`pipeweave usage` and `pipeweave gc`: disk usage and garbage collection."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from pipeweave_dagster.adapters.storage import Skipped
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.usage import usage as measured

_HOUR_S = 3600.0
_KINDS = ("cache_files", "predictions", "trials", "runs")
_HEADER = ("where", "what", "objects", "MB", "old", "old MB", "")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: `pipeweave usage --older-than 90`")(usage)
    app.command(epilog="Example: `pipeweave gc --keep-runs 20 --dry-run`")(gc)


def usage(
    older_than: Annotated[
        float, typer.Option(help="Age in days from which objects count as old.", min=0)
    ] = (30),
    json: AsJson = False,
) -> None:
    """Show disk usage of storage and home by kind: objects, MB, and how much of it is old.

    Lists the whole storage, with one request per thousand objects of a bucket. Data in a database
    or MLflow server elsewhere is not counted.
    """
    settings = home.prepare()
    with home.workbench() as bench:
        since, skipped = time.time() - older_than * 24 * _HOUR_S, list[Skipped]()
        areas = measured(settings, bench.store.storage, since, skipped)
    total = {
        name: sum(getattr(area, name) for area in areas)
        for name in ("objects", "bytes", "old_objects", "old_bytes")
    }
    elsewhere = [] if settings.tracking_uri.startswith("sqlite:") else ["MLflow"]
    elsewhere += ["Dagster"] if settings.database_url else []
    unread = [entry.text for entry in skipped]
    facts = {"older_than_days": older_than, "total": total, "not_counted": elsewhere + unread}
    rows = [_row(area.place, area.name, asdict(area), area.meaning) for area in areas]
    text = columns(_HEADER, [*rows, _row("", "all", total, "")])
    if elsewhere:
        text += f"\nNot counted, because it is in a database elsewhere: {', '.join(elsewhere)}."
    text += "".join(f"\nNot counted: {entry}" for entry in unread)
    text += f"\nOld: more than {older_than:g} days. 'pipeweave gc' deletes unreferenced objects."
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
    keep_runs: Annotated[
        int | None,
        typer.Option(
            help="Number of latest runs to keep per data set; default: PIPEWEAVE_KEEP_RUNS.", min=1
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count, delete nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Delete what no published version, kept run or model references, and what is too old to keep.

    Unused caches of this machine are deleted, too, and, where PIPEWEAVE_KEEP_... is set, old
    predictions, trials in MLflow, and runs in Dagster. Runs may go on meanwhile; what they might
    still reuse is left for a later collection. The schedule clean_up_daily does the same.
    """
    from pipeweave_dagster.lib.cleanup import clean_up

    home.prepare()
    with home.workbench() as bench, home.instance() as instance:
        freed = clean_up(instance, bench, keep_runs=keep_runs, dry=dry_run)
        if not dry_run:
            audit.record(bench.store, "gc", "storage", after=freed)
    verb = "Would remove" if dry_run else "Removed"
    more = [f"{freed[kind]:,} {kind.replace('_', ' ')}" for kind in _KINDS if freed[kind]]
    text = f"{verb} {freed['objects']:,} objects, {freed['bytes'] / 1e6:,.1f} MB"
    text = f"{', '.join([text, *more])}."
    if freed["later"]:
        text += f" {freed['later']:,} objects are left for later, because runs are under way."
    emit({"dry_run": dry_run, **freed}, json, text)
