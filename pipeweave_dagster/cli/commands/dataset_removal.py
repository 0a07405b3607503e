"""`pipeweave datasets rm`: remove a data set, and say what of it stays."""

from collections import Counter
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.active_runs import refuse_active
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services.audit import record
from pipeweave_dagster.services.mlflow_removal import known_versions, remove_or_list
from pipeweave_dagster.services.ownership import forget_owner

_AREAS = ("uploads", "predict", "labels", "datasets", "predictions")
_LANDING = ("uploads/", "predict/")
_ALWAYS = (
    "documents, payloads and raw files that nothing else refers to: until 'pipeweave gc'",
    "its runs in Dagster, with their logs: until PIPEWEAVE_KEEP_LOGS_DAYS have passed",
)


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("rm", epilog="Example: `pipeweave datasets rm titanic --dry-run`")(rm)


def rm(
    name: Annotated[str, typer.Argument(help="Data set.")],
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be removed and what would stay.")
    ] = False,
    keep_models: Annotated[
        bool, typer.Option("--keep-models", help="Leave models and experiment in MLflow.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Delete a data set with its uploads, records, predictions and models; list what stays."""
    home.prepare()
    with home.workbench() as bench, home.instance() as instance:
        storage = bench.store.storage
        check_slug(name)
        keys = [o.key for top in _AREAS for o in storage.list(f"{top}/{name}/")]
        if not keys:
            raise not_found(f"There is no data set {name!r}.", fix="See 'pipeweave datasets ls'.")
        known = known_versions(bench, name)
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
        removed, left = remove_or_list(bench, name, known, keep=keep_models, dry=dry_run)
        if not dry_run:
            for key in keys[len(landing) :]:
                storage.delete(key)
            instance.delete_dynamic_partition("datasets", name)
            forget_owner(bench.store, name)
            record(bench.store, "delete", name, before=areas)
    stays = [*_ALWAYS, *left]
    facts = {
        "dataset": name,
        "dry_run": dry_run,
        "removed": len(keys),
        "areas": areas,
        "mlflow": removed,
        "stays": stays,
    }
    emit(facts, json, _text(name, areas, removed, stays, dry_run=dry_run))


def _text(
    name: str, areas: dict[str, int], removed: list[str], stays: list[str], *, dry_run: bool
) -> str:
    verb = "Would remove" if dry_run else "Removed"
    counts = ", ".join(f"{count:,} of {area}" for area, count in areas.items())
    lines = [f"{verb} {name}: {sum(areas.values()):,} objects ({counts})."]
    lines += [f"{verb} {text}." for text in removed]
    return "\n".join([*lines, *(f"stays: {text}" for text in stays)])
