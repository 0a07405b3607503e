"""`pipeweave users teams`: in which teams a user is."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.users.directory import find_user
from pipeweave_dagster.services.users.teams import set_teams


def register(group: typer.Typer) -> None:
    """Add the command to the group `users`."""
    group.command("teams", epilog="Example: `pipeweave users teams ada risk sales`")(teams)


def teams(
    name: Annotated[str, typer.Argument(help="Name of the user.")],
    team: Annotated[
        list[str] | None,
        typer.Argument(help="All teams of the user; without one, the teams are shown."),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Take them out of all teams.")] = False,
    json: AsJson = False,
) -> None:
    """Show or change in which teams a user is: they own the data sets that these own."""
    if team and none:
        raise validation_error("These are teams, and none.", fix="Drop --none.")
    with home.workbench() as bench:
        change = bool(team) or none
        user = set_teams(bench.store, name, team or ()) if change else find_user(bench.store, name)
    if user is None:
        raise not_found(f"There is no user {name[:80]!r}.", fix="See: pipeweave users ls")
    among = f"is in: {', '.join(user.teams)}" if user.teams else "is in no team"
    emit({"name": user.name, "teams": user.teams}, json, f"{user.name} {among}.")
