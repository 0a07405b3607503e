"""`pipeweave datasets rename`: give a data set another name, everywhere."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.active_runs import refuse_active
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.audit import record
from pipeweave_dagster.services.mlflow_removal import in_mlflow, known_versions
from pipeweave_dagster.services.ownership import copy_owner, forget_owner
from pipeweave_dagster.services.renaming import (
    check_names,
    copy_data_set,
    remove_old,
    rename_in_mlflow,
)
from pipeweave_dagster.services.workbench import Workbench

if TYPE_CHECKING:
    import dagster as dg

_STAYS = (
    "its earlier runs and logs in Dagster, under the old name",
    "reports, cards and the column `model` of predictions that were written under the old name",
)


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("rename", epilog="Example: `pipeweave datasets rename sales sales-eu`")(rename)


def rename(
    old: Annotated[str, typer.Argument(help="Data set.")],
    new: Annotated[str, typer.Argument(help="Its new name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be moved; change nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Rename a data set with its uploads, labels, models, schedule, predictions and history.

    Refused while one of its runs is queued or under way. A rename that was interrupted is finished
    by the same command.
    """
    home.prepare()
    with home.workbench() as bench, home.instance() as instance:
        check_names(bench.store, old, new)
        registered = _registered(bench, old, new)
        refuse_active(instance, old)
        if not dry_run and not yes:
            typer.confirm(f"Rename {old} to {new}?", abort=True, err=True)
        if not dry_run:  # first of all, or what is private would be seen under the new name
            copy_owner(bench.store, old, new)
        counts = copy_data_set(bench.store, old, new, dry=dry_run)
        if not dry_run:
            if registered:
                rename_in_mlflow(bench, old, new)
            refuse_active(instance, old)  # a sensor may have started one; the command can go on
            _move_partition(instance, bench, old, new)
            remove_old(bench.store, old, new)
            forget_owner(bench.store, old)
            record(bench.store, "rename", old, after=new)
    facts: dict[str, Any] = {
        "dataset": old,
        "new_name": new,
        "dry_run": dry_run,
        "moved": counts,
        "mlflow": registered,
        "stays": list(_STAYS),
    }
    verb = "Would rename" if dry_run else "Renamed"
    moved = ", ".join(f"{count:,} of {area}" for area, count in counts.items())
    lines = [f"{verb} {old} to {new}: {moved}.", *(f"{verb} {text}." for text in registered)]
    emit(facts, json, "\n".join([*lines, *(f"stays: {text}" for text in _STAYS)]))


def _registered(bench: Workbench, old: str, new: str) -> list[str]:
    """Return what MLflow has of the data set; refuse a name that is taken there."""
    runs = [run_id for run_id in known_versions(bench, old).values() if run_id]
    if not runs:
        return []
    taken = in_mlflow(bench, new, runs)
    if taken.others or (taken.experiment and not taken.versions):
        raise validation_error(
            f"MLflow has a model or an experiment of the name {new!r} already.",
            fix="Choose another name, or delete both there and call 'mlflow gc'.",
        )
    found = in_mlflow(bench, old, runs)
    texts = [f"the model in MLflow with its versions {', '.join(found.versions)}"]
    return [*texts, f"the experiment {found.experiment} of MLflow"] if found.experiment else texts


def _move_partition(instance: "dg.DagsterInstance", bench: Workbench, old: str, new: str) -> None:
    """Make Dagster show the assets under the new partition as materialized."""
    import dagster as dg

    instance.add_dynamic_partitions("datasets", [new])
    head = bench.store.head(new)
    for asset, entry in (head.entries if head else {}).items():
        facts = {"renamed from": old, "document": entry.document}
        instance.report_runless_asset_event(
            dg.AssetMaterialization(asset_key=asset, partition=new, metadata=facts)
        )
    instance.delete_dynamic_partition("datasets", old)
