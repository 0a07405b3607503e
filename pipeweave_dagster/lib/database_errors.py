"""Recognise that Dagster's database does not respond, which may happen at every event of a run."""

import re

from dagster_shared.error import SerializableErrorInfo

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable

_LIBRARIES = {"sqlalchemy", "psycopg2", "sqlite3", "dagster_postgres", "dagster_mysql"}
_NAMES = re.compile(r"OperationalError|InterfaceError|DisconnectionError|DagsterPostgresException")


def database_away(error: BaseException | None) -> PipeWeaveError | None:
    """Return the error to raise if an absent database is the cause of this one, else None.

    Example:
        >>> import sqlite3
        >>> database_away(sqlite3.OperationalError("database is locked")).code.value
        'SERVICE_UNAVAILABLE'
        >>> database_away(ValueError("a bug"))
    """
    while error is not None:
        kind = type(error)
        if kind.__module__.partition(".")[0] in _LIBRARIES and _NAMES.search(kind.__name__):
            return _away()
        error = error.__cause__ or error.__context__
    return None


def recorded_database_away(error: SerializableErrorInfo | None) -> PipeWeaveError | None:
    """Return the same for an error as Dagster has recorded it."""
    while error is not None:
        if _NAMES.fullmatch(error.cls_name or ""):
            return _away()
        error = error.cause or error.context
    return None


def _away() -> PipeWeaveError:
    # Without the text of the library, which has the address of the server.
    return unavailable(
        "Dagster's database does not respond.",
        fix="It is retried; if it persists, see 'pipeweave doctor'.",
    )
