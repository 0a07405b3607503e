"""`pipeweave erase`: remove the rows of one subject from a data set, and name who saw them."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.active_runs import refuse_active
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.services.erasure import Erased
from pipeweave_dagster.services.erasure import erase as erase_subject
from pipeweave_dagster.services.known_datasets import known

_STAYS = (
    "reports and cards of earlier runs (figures, not rows): they go with their runs",
    "copies elsewhere: databases that it is pulled from or written to, exports, backups",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave erase churn --id 4711 --dry-run`")(erase)


def erase(
    name: Annotated[str, typer.Argument(help="Data set.")],
    subject: Annotated[str, typer.Option("--id", help="Value of the column that identifies it.")],
    column: Annotated[
        str | None,
        typer.Option("--column", help="That column; default: `id` of pipeweave.yaml."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count the rows; change nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Remove the rows of one subject from uploads, tables, predictions, labels and quarantine.

    Names the model versions that learned from them, which can only be replaced by a retrained one.
    """
    home.prepare()
    with home.workbench() as bench, home.instance() as instance:
        dataset = known(bench.store, name)
        if not dry_run:
            refuse_active(instance, dataset)
            if not yes:
                typer.confirm(f"Remove {subject} from {dataset}?", abort=True, err=True)
        found = erase_subject(bench, dataset, subject, column=column, dry=dry_run)
    stays = [*found.shared, *_STAYS]
    facts = found.model_dump(mode="json", exclude={"shared"}) | {"stays": stays}
    emit(facts, json, _text(found, stays))


def _text(found: Erased, stays: list[str]) -> str:
    verb = "Would remove" if found.dry_run else "Removed"
    counts = ", ".join(f"{count:,} of {area}" for area, count in found.rows.items())
    lines = [f"{verb} rows from {found.dataset}: {counts or 'none was found'}."]
    if found.versions:
        lines.append(
            f"Model versions that learned from them: {', '.join(found.versions)}. The changed"
            " upload trains a new one; then delete these in MLflow."
        )
    lines += [f"NOT REMOVED: {plain(text)}. Correct it by hand." for text in found.left]
    return "\n".join([*lines, *(f"stays: {text}" for text in stays)])
