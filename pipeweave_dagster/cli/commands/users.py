"""`pipeweave users`: who may log in, with which role, and tokens for scripts."""

import sys
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.commands import user_policy, user_teams
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, day, emit
from pipeweave_dagster.core.access import Role
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.users import api_tokens, directory
from pipeweave_dagster.services.users.sessions import signing_key

_Name = Annotated[str, typer.Argument(help="Name of the user.")]
_SAME_KEY = (
    "From now on everybody logs in to the pages: they must run with the same JWT_SECRET_KEY."
    " Restart them if it was set after their start."
)
_RoleOption = Annotated[Role, typer.Option("--role", help="What the user may do.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Users, their roles and tokens.", no_args_is_help=True)
    app.add_typer(group, name="users")
    for name, command, example in (
        ("add", add, "pipeweave users add ada --role editor"),
        ("ls", ls, "pipeweave users ls"),
        ("role", role, "pipeweave users role ada approver"),
        ("password", password, "pipeweave users password ada"),
        ("rm", rm, "pipeweave users rm ada"),
        ("token", token, "pipeweave users token ada --note 'nightly job'"),
        ("tokens", tokens, "pipeweave users tokens ada"),
        ("revoke", revoke, "pipeweave users revoke ada 1f3a9c02"),
    ):
        group.command(name, epilog=f"Example: `{example}`")(command)
    user_teams.register(group)
    user_policy.register(group)


def add(
    name: _Name,
    role: _RoleOption,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They log in with the identity provider only.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Add a user; the password is asked for, or read from the standard input.

    The first user needs JWT_SECRET_KEY, without which nobody could log in.
    """
    directory.check_name(name)
    with home.workbench() as bench:
        if first := not directory.has_users(bench.store):
            signing_key(bench.settings)
        given = None if no_password else _password()
        user = directory.add_user(bench.store, name, role, given)
    text = f"{name} may log in as {role.value}."
    emit(_shown(user), json, f"{text}\n{_SAME_KEY}" if first else text)


def ls(json: AsJson = False) -> None:
    """List the users."""
    with home.workbench() as bench:
        users = directory.all_users(bench.store)
    rows = [
        (
            u.name,
            u.role.value,
            ", ".join(u.teams),
            "yes" if u.password else "identity provider",
            day(u.made_at),
        )
        for u in users
    ]
    header = ["name", "role", "teams", "password", "since"]
    text = columns(header, rows) if rows else "There are no users: whoever is on this machine may."
    emit({"users": [_shown(user) for user in users]}, json, text)


def role(
    name: _Name,
    role: Annotated[Role, typer.Argument(help="The new role.")],
    json: AsJson = False,
) -> None:
    """Give a user another role; their sessions end."""
    with home.workbench() as bench:
        user = directory.set_role(bench.store, name, role)
    emit(_shown(user), json, f"{name} has the role {role.value} now.")


def password(name: _Name, json: AsJson = False) -> None:
    """Give a user another password, asked for or read from the standard input; sessions end."""
    given = _password()
    with home.workbench() as bench:
        user = directory.set_password(bench.store, name, given)
    emit(_shown(user), json, f"{name} has a new password.")


def rm(name: _Name, json: AsJson = False) -> None:
    """Remove a user, with their sessions and tokens."""
    with home.workbench() as bench:
        api_tokens.remove_with_tokens(bench.store, name)
    emit({"removed": name}, json, f"{name} may no longer log in.")


def token(
    name: _Name,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[float, typer.Option(help="Days until it expires.")] = 90.0,
    json: AsJson = False,
) -> None:
    """Make a token for scripts, which acts as the user; it is shown this once."""
    with home.workbench() as bench:
        made, secret = api_tokens.make_token(bench.store, name, note, days)
    text = f"{secret}\nSend it as `Authorization: Bearer …`. It is not shown again."
    emit({**made.model_dump(), "token": secret}, json, text)


def tokens(name: _Name, json: AsJson = False) -> None:
    """List the tokens of a user, without the secrets."""
    with home.workbench() as bench:
        found = api_tokens.tokens_of(bench.store, name)
    rows = [(t.id, t.note, day(t.made_at), day(t.expires_at)) for t in found]
    text = columns(["id", "note", "since", "until"], rows) if rows else f"{name} has no tokens."
    emit({"tokens": [t.model_dump() for t in found]}, json, text)


def revoke(
    name: _Name,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="See `pipeweave users tokens`.")],
    json: AsJson = False,
) -> None:
    """End a token at once."""
    with home.workbench() as bench:
        api_tokens.revoke_token(bench.store, name, token_id)
    emit({"revoked": token_id, "user": name}, json, f"The token {token_id} has ended.")


def _shown(user: directory.User) -> dict[str, Any]:
    return {
        "name": user.name,
        "role": user.role.value,
        "teams": user.teams,
        "has_password": user.password is not None,
        "made_at": user.made_at,
    }


def _password() -> str:
    """Return a new password: never from the command line, which other users can read."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise validation_error(
            "There is no password on the standard input.", fix="Write it there, in one line."
        )
    return given
