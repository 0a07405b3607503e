"""Log in with name and password."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Principal, Role
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.attempts import Attempts
from pipeweave_dagster.services.users.directory import find_user
from pipeweave_dagster.services.users.passwords import is_password
from pipeweave_dagster.services.users.sessions import Session, new_session, signing_key
from pipeweave_dagster.settings import Settings


def log_in(
    store: DocumentStore,
    settings: Settings,
    attempts: Attempts,
    credentials: tuple[str, str],
    address: str,
) -> Session:
    """Return a new session for the right name and password.

    Args:
        store: Where the users are.
        settings: The signing key, and how long sessions last.
        attempts: The failures so far.
        credentials: Name and password.
        address: Where the request comes from.

    Raises:
        PipeWeaveError: UNAUTHORIZED for a wrong name or password, without saying which of them;
            RATE_LIMITED after too many failures; VALIDATION_ERROR without a signing key.
    """
    signing_key(settings)
    name, password = credentials[0].strip().lower()[:100], credentials[1]
    attempts.begin(name, address)
    user = find_user(store, name)
    if not is_password(user.password if user else None, password) or user is None:
        # A name that nobody has is not written down: it may be a password in the wrong field.
        known = Principal(
            name if user else "unknown", user.role if user else Role.VIEWER, "session"
        )
        audit.record(store, "login", known.name, known, outcome="refused")
        raise PipeWeaveError(
            ErrorCode.UNAUTHORIZED,
            "Name or password is wrong.",
            fix="Try again, or ask an administrator: pipeweave users password.",
        )
    attempts.succeeded(name, address)
    session = new_session(settings, user)
    audit.record(store, "login", name, session.principal)
    return session
