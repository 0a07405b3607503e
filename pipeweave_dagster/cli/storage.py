"""`pipeweave gc`: remove what nothing points to any more."""

import time
from typing import Annotated

import typer

from pipeweave_dagster.adapters.collect import collect
from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.output import AsJson, emit

_HOUR_S = 3600.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave gc --keep-runs 20 --dry-run`")(gc)


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
