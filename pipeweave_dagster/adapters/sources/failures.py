"""From the errors of database drivers to PipeWeave's, without secrets."""

import re

from pipeweave_dagster.adapters.sources.address import Address
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error

_DENIED = ("authentication failed", "access denied", "no password supplied", "auth failed")
_AWAY = ("08", "53", "57P", "40")
_NO_DATABASE = re.compile(r"database \S+ does not exist|unknown database", re.IGNORECASE)
_MISSING = {"42P01", "42703", "3D000", "42S02", "42S22"}


def away(address: Address, reason: object) -> PipeWeaveError:
    """Return the error of a server that does not respond; it is retried."""
    return unavailable(
        f"The source ({address}) does not respond: {address.hidden(reason)}.",
        fix="Check that the server runs and can be reached; the pull is retried.",
    )


def denied(address: Address, reason: object) -> PipeWeaveError:
    """Return the error of a login that the server refuses."""
    return PipeWeaveError(
        ErrorCode.UNAUTHORIZED,
        f"The source ({address}) refuses the login: {address.hidden(reason)}.",
        fix="Correct user and password in the environment variable of the connection.",
    )


def missing_package(kind: str, package: str, fix: str) -> PipeWeaveError:
    """Return the error of a driver that is not installed."""
    return validation_error(f"A source of the kind {kind} needs the package {package!r}.", fix=fix)


def failure(address: Address, sqlstate: str | None, error: object) -> PipeWeaveError:
    """Return the error for what a server or its driver reports.

    Args:
        address: The server.
        sqlstate: The code of the SQL standard; None if the driver has none (no connection).
        error: The driver's error.
    """
    text, state = address.hidden(error), sqlstate or ""
    lower = text.lower()
    if state.startswith("28") or any(word in lower for word in _DENIED):
        return denied(address, error)
    if state in _MISSING or _NO_DATABASE.search(text):
        return PipeWeaveError(
            ErrorCode.NOT_FOUND,
            f"The source ({address}) has no such database, table or column: {text}.",
            fix="Correct the file of the source.",
        )
    if state == "42501":
        return PipeWeaveError(
            ErrorCode.FORBIDDEN,
            f"The source ({address}) denies access: {text}.",
            fix="Grant SELECT to the user of the connection.",
        )
    if not state or state.startswith(_AWAY):
        return away(address, error)
    return validation_error(
        f"The source ({address}) refuses the query: {text}.", fix="Correct the file of the source."
    )
