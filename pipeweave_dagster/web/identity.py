"""Who sent a request, and whether they may do what it asks for.

`Identify` stands before every application and finds out who it is; routes call `require` first.
A mounted application inherits both through the request's scope.
"""

from typing import NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeweave_dagster.core.access import Action, Principal, Role, may, needed_role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found
from pipeweave_dagster.services.acting import acting_as

__all__ = ["Action", "Door", "Identify", "Principal", "Role", "may", "principal_of", "require"]

_SCOPE_KEY = "pipeweave.identity"


class Door(Protocol):
    """What decides who somebody is. Methods may block: they are called in a thread."""

    def identify(self, connection: HTTPConnection) -> Principal | None:
        """Return who sent this; None for somebody who has not logged in."""

    def owner_of(self, dataset: str, *, changing: bool) -> str | None:
        """Return who owns a data set; None if nobody does.

        Args:
            dataset: Its name.
            changing: Whether it is to be changed: then somebody whom only its settings file names
                so far owns it, too.
        """


class _Identity(NamedTuple):
    principal: Principal | None
    door: Door


class Identify:
    """ASGI middleware that finds out who sends a request, and lets services know.

    Args:
        app: The application.
        door: What decides.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Identify the sender and pass the request on."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        principal = await run_in_threadpool(self.door.identify, HTTPConnection(scope))
        scope[_SCOPE_KEY] = _Identity(principal, self.door)
        if principal is None:
            await self.app(scope, receive, send)
        else:
            with acting_as(principal):
                await self.app(scope, receive, send)


def is_known(request: HTTPConnection) -> bool:
    """Return whether it is known who sent a request."""
    identity: _Identity | None = request.scope.get(_SCOPE_KEY)
    return identity is not None and identity.principal is not None


def principal_of(request: HTTPConnection) -> Principal:
    """Return who sent a request.

    Raises:
        PipeWeaveError: UNAUTHORIZED if nobody has logged in.
    """
    identity: _Identity | None = request.scope.get(_SCOPE_KEY)
    if identity is None or identity.principal is None:
        raise unauthorized()
    return identity.principal


def require(request: HTTPConnection, action: Action, dataset: str | None = None) -> Principal:
    """Return who sent a request if they may do this.

    Args:
        request: The request, behind `Identify`.
        action: What it asks for.
        dataset: The data set that it concerns; None if it concerns none.

    Raises:
        PipeWeaveError: UNAUTHORIZED if nobody has logged in, FORBIDDEN if the role does not
            suffice, NOT_FOUND for a data set that this user may not even see.
    """
    principal, owner = principal_of(request), None
    if dataset is not None:
        door: Door = request.scope[_SCOPE_KEY].door
        owner = door.owner_of(dataset, changing=_would_change(principal, action))
    if dataset is not None and not may(principal, Action.VIEW, owner):
        raise not_found(
            f"There is no data set {dataset[:80]!r}.", fix="See the list of data sets: /"
        )
    if not may(principal, action, owner):
        raise forbidden(principal, action, owner)
    return principal


def _would_change(principal: Principal, action: Action) -> bool:
    """Return whether it is to be looked up whom only a settings file names as the owner.

    It is not for those who are refused, or let in, whoever owns the data set: a page asks about
    each of its many rows.
    """
    to_any = principal.role.includes(Role.APPROVER)
    return action is not Action.VIEW and not to_any and may(principal, action)


def unauthorized() -> PipeWeaveError:
    """Return the error for a request of somebody unknown."""
    return PipeWeaveError(
        ErrorCode.UNAUTHORIZED,
        "You have not logged in.",
        fix="Log in at /login, or send a token: Authorization: Bearer TOKEN.",
    )


def forbidden(principal: Principal, action: Action, owner: str | None) -> PipeWeaveError:
    """Return the error for an action that the sender's role does not allow."""
    needed = needed_role(principal, action, owner)
    return PipeWeaveError(
        ErrorCode.FORBIDDEN,
        f"{principal.name} is {_with_article(principal.role)}, and this needs the role {needed}.",
        fix="Ask an administrator: pipeweave users role.",
        action=action.value,
        role=principal.role.value,
        needed=needed.value,
    )


def _with_article(role: Role) -> str:
    return f"{'a' if role is Role.VIEWER else 'an'} {role}"
