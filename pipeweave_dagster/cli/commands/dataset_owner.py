"""`pipeweave datasets owner`: whose a data set is."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.ownership import owners_of, set_owner


def register(group: typer.Typer) -> None:
    """Add the command to the group `datasets`."""
    group.command("owner", epilog="Example: `pipeweave datasets owner titanic ada`")(owner)


def owner(
    name: Annotated[str, typer.Argument(help="Data set, also before its first upload.")],
    user: Annotated[
        str | None,
        typer.Argument(help="The new owner, a user or a team; without one, it is shown."),
    ] = None,
    shared: Annotated[bool, typer.Option("--shared", help="Give it to all.")] = False,
    json: AsJson = False,
) -> None:
    """Show or change who owns a data set: it is private to them, approvers and administrators."""
    if user and shared:
        raise validation_error("A data set has one owner, or none.", fix="Drop --shared.")
    with home.workbench() as bench:
        if user or shared:
            set_owner(bench.store, name, None if shared else user)
        found = owners_of(bench.store).get(name)
    text = f"{name} belongs to {found}." if found else f"{name} belongs to all."
    emit({"dataset": name, "owner": found}, json, text)
