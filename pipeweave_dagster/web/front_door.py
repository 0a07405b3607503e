"""Who may come in: a session, a token, or on loopback the user of a machine without users."""

import base64
import binascii
import time
from collections.abc import Callable
from typing import NamedTuple

from starlette.requests import HTTPConnection

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.named_owners import named_owner
from pipeweave_dagster.services.ownership import Owners, all_owners
from pipeweave_dagster.services.users.api_tokens import principal_of_token
from pipeweave_dagster.services.users.attempts import Attempts
from pipeweave_dagster.services.users.directory import has_users
from pipeweave_dagster.services.users.sessions import Kind, Session, read_session
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.single_user import SingleUser

COOKIES: dict[Kind, str] = {"access": "pipeweave_access", "refresh": "pipeweave_refresh"}
_LOOK_AGAIN_S = 2.0
_SCOPE_KEY = "pipeweave.session"


class _Looked(NamedTuple):
    at: float
    found: bool


class _Owners(NamedTuple):
    at: float
    found: Owners


class _Found(NamedTuple):
    session: Session | None
    due: bool


class FrontDoor:
    """Decides who sent a request; the users are those of the storage.

    Args:
        store: Where the users are.
        settings: Whether a login is required, the key of sessions.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        store: DocumentStore,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.settings = settings
        self.attempts = Attempts(clock)
        self._clock = clock
        self._alone = SingleUser()
        self._looked: _Looked | None = None
        self._owners: _Owners | None = None

    def identify(self, connection: HTTPConnection) -> Principal | None:
        """Return who sent this; None for somebody who has not logged in."""
        given = connection.headers.get("authorization")
        if given is not None:
            return principal_of_token(self.store, _token_in(given))
        session = self.session_of(connection)
        if session is not None:
            return session.principal
        return self._alone.identify(connection) if self.is_single_user else None

    def session_of(self, connection: HTTPConnection) -> Session | None:
        """Return the session of a browser, also one that has to be renewed."""
        return self._session(connection).session

    def is_due(self, connection: HTTPConnection) -> bool:
        """Return whether `identify` found a session whose half hour is over; reads nothing."""
        known: _Found | None = connection.scope.get(_SCOPE_KEY)
        return known is not None and known.due

    @property
    def is_single_user(self) -> bool:
        """Whether nobody has to log in here: there are no users, and no setting asks for a login.

        Looked up every two seconds, so that the first user closes the door of running servers.
        """
        if self.settings.login == "required":
            return False
        if self._looked is None or self._clock() - self._looked.at > _LOOK_AGAIN_S:
            self._looked = _Looked(self._clock(), has_users(self.store))
        return not self._looked.found

    def owner_of(self, dataset: str, *, changing: bool) -> str | None:
        """Return who owns a data set; None if nobody does.

        Lists ask about hundreds of data sets, so only for a change its settings file is read.
        """
        owners = self._all_owners()
        if changing and not owners.decided(dataset):
            return named_owner(self.store, dataset)
        return owners.owners.get(dataset)

    def owners(self) -> dict[str, str]:
        """Return the owner of each data set that has one, at most two seconds old."""
        return self._all_owners().owners

    def _all_owners(self) -> Owners:
        if self._owners is None or self._clock() - self._owners.at > _LOOK_AGAIN_S:
            self._owners = _Owners(self._clock(), all_owners(self.store))
        return self._owners.found

    def _session(self, connection: HTTPConnection) -> _Found:
        """Return the session, looked up once per request."""
        known: _Found | None = connection.scope.get(_SCOPE_KEY)
        if known is None:
            known = _Found(self._read(connection, "access"), due=False)
            if known.session is None:
                renewable = self._read(connection, "refresh")
                known = _Found(renewable, due=renewable is not None)
            connection.scope[_SCOPE_KEY] = known
        return known

    def _read(self, connection: HTTPConnection, kind: Kind) -> Session | None:
        token = connection.cookies.get(COOKIES[kind])
        if not token:
            return None
        try:
            return read_session(self.store, self.settings, token, kind)
        except PipeWeaveError as error:  # there is no key to sign with any more
            if error.code is ErrorCode.VALIDATION_ERROR:
                return None
            raise


def _token_in(header: str) -> str:
    """Return the token of an Authorization header, also one sent as the password of a user."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2] if scheme.lower() == "basic" else ""
