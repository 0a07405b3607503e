"""`pipeweave datasets rm`: remove a data set, and say what of it stays."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.active_runs import refuse_active
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.champion import model_name
from pipeweave_dagster.services.model_versions import versions
from pipeweave_dagster.services.ownership import set_owner
from pipeweave_dagster.services.tracking import experiment_name

_AREAS = ("uploads", "predict", "labels", "datasets", "predictions")
_LANDING = ("uploads/", "predict/")


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("rm", epilog="Example: `pipeweave datasets rm titanic --dry-run`")(rm)


def rm(
    name: Annotated[str, typer.Argument(help="Data set.")],
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be removed and what would stay.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Delete a data set with its uploads, labels, run records and predictions; list what stays."""
    home.prepare()
    with home.workbench() as bench, home.instance() as instance:
        storage = bench.store.storage
        check_slug(name)
        keys = [o.key for top in _AREAS for o in storage.list(f"{top}/{name}/")]
        if not keys:
            raise not_found(f"There is no data set {name!r}.", fix="See 'pipeweave datasets ls'.")
        stays = _what_stays(name, versions(bench.store, name))
        areas = dict(Counter(key.partition("/")[0] for key in keys))
        if not dry_run:
            refuse_active(instance, name)
            if not yes:
                typer.confirm(f"Remove {name} ({len(keys)} objects)?", abort=True, err=True)
            landing = [key for key in keys if key.startswith(_LANDING)]
            for key in landing:
                storage.delete(key)
            # A sensor may have started a run since, which would write what is deleted here.
            refuse_active(instance, name)
            for key in keys[len(landing) :]:
                storage.delete(key)
            instance.delete_dynamic_partition("datasets", name)
            set_owner(bench.store, name, None)
            audit.record(bench.store, "delete", name, before=areas)
    facts = {
        "dataset": name,
        "dry_run": dry_run,
        "removed": len(keys),
        "areas": areas,
        "stays": stays,
    }
    emit(facts, json, _text(name, areas, stays, dry_run=dry_run))


def _what_stays(name: str, registered: Iterable[str]) -> list[str]:
    """Return what is left of a removed data set, with how to remove it."""
    numbers = ", ".join(registered)
    stays = [
        "documents, payloads and raw files that nothing else refers to: 'pipeweave gc'",
        "its runs in Dagster, with their logs: PIPEWEAVE_KEEP_LOGS_DAYS",
    ]
    if numbers:
        stays.append(
            f"in MLflow the model {model_name(name)} (versions {numbers}) and the experiment"
            f" {experiment_name(name)}: delete them there, then 'mlflow gc'"
        )
    return stays


def _text(name: str, areas: dict[str, int], stays: list[str], *, dry_run: bool) -> str:
    verb = "Would remove" if dry_run else "Removed"
    counts = ", ".join(f"{count:,} of {area}" for area, count in areas.items())
    lines = [f"{verb} {name}: {sum(areas.values()):,} objects ({counts})."]
    return "\n".join([*lines, *(f"stays: {text}" for text in stays)])
