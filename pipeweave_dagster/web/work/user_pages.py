"""Users, their roles and their teams, for administrators."""

import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from pipeweave_dagster.core.access import Action, Role
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.services.users.directory import (
    add_user,
    all_users,
    has_users,
    remove_user,
    set_password,
    set_role,
)
from pipeweave_dagster.services.users.sessions import signing_key
from pipeweave_dagster.services.users.teams import set_teams
from pipeweave_dagster.web.identity import principal_of, require
from pipeweave_dagster.web.work.forms import Form, posted
from pipeweave_dagster.web.work.pages import see, work_page

_MOST_USERS = 500
_LONGEST_PASSWORD = 1024
_LONGEST_TEAMS = 5_000


def users_page(request: Request) -> Response:
    """Show all users, with forms to add and to change them."""
    require(request, Action.MANAGE_USERS)
    return _page(request)


@posted(Action.MANAGE_USERS)
def add(request: Request, form: Form) -> Response:
    """Create a user; without a password the identity provider alone lets them in."""
    store = request.app.state.store

    def change() -> None:
        password = form.secret("password", _LONGEST_PASSWORD) or None
        if not has_users(store):
            _check_first(request, _role(form), password)
        add_user(store, form.text("name", 80), _role(form), password)

    return _done(request, change)


@posted(Action.MANAGE_USERS)
def change_role(request: Request, form: Form) -> Response:
    """Give a user another role; their sessions end."""
    name = request.path_params["user"]
    return _done(
        request, lambda: set_role(request.app.state.store, _other(request, name), _role(form))
    )


@posted(Action.MANAGE_USERS)
def change_teams(request: Request, form: Form) -> Response:
    """Put a user into these teams and no other; it counts from their next request on."""
    store, name = request.app.state.store, request.path_params["user"]

    def change() -> None:
        set_teams(store, name, form.text("teams", _LONGEST_TEAMS).split())

    return _done(request, change)


@posted(Action.MANAGE_USERS)
def change_password(request: Request, form: Form) -> Response:
    """Give a user another password; their sessions end."""
    name, password = request.path_params["user"], form.secret("password", _LONGEST_PASSWORD)
    return _done(request, lambda: set_password(request.app.state.store, name, password))


@posted(Action.MANAGE_USERS)
def remove(request: Request, form: Form) -> Response:
    """Remove a user; their sessions and tokens end."""
    del form
    name = request.path_params["user"]
    return _done(request, lambda: remove_user(request.app.state.store, _other(request, name)))


def _done(request: Request, change: Callable[[], object]) -> Response:
    """Change something; what the administrator can put right is shown on the page."""
    try:
        change()
    except PipeWeaveError as error:
        if error.code.http_status >= 500:
            raise
        return _page(request, error.code.http_status, error)
    return see("/users")


def _check_first(request: Request, role: Role, password: str | None) -> None:
    """Refuse a first user with whom nobody could log in here, or add the next one.

    Raises:
        PipeWeaveError: VALIDATION_ERROR.
    """
    signing_key(request.app.state.settings)
    if role is not Role.ADMIN or password is None:
        raise validation_error(
            "The first user has to be an administrator with a password: from then on everybody "
            "has to log in.",
            fix="Add the others after that.",
        )


def _role(form: Form) -> Role:
    chosen = form.text("role", 20)
    if chosen not in {role.value for role in Role}:
        raise validation_error(f"{chosen!r} is not a role.", fix="Choose one.")
    return Role(chosen)


def _other(request: Request, name: str) -> str:
    """Return the name unless it is one's own: the last administrator would lock themselves out."""
    if principal_of(request).name == name:
        raise validation_error(
            "This is yourself.", fix="Let another administrator do it, or use the command line."
        )
    return name


def _page(request: Request, status: int = 200, error: PipeWeaveError | None = None) -> Response:
    users = all_users(request.app.state.store)
    rows = [
        {
            "name": user.name,
            "role": user.role.value,
            "teams": user.teams,
            "password": user.password is not None,
            "made": time.strftime("%Y-%m-%d", time.gmtime(user.made_at)),
        }
        for user in users[:_MOST_USERS]
    ]
    return work_page(
        request,
        "users.html.j2",
        status,
        users=rows,
        more=len(users) > _MOST_USERS,
        roles=[role.value for role in Role],
        own=principal_of(request).name,
        error=error,
    )
