"""Report an MLflow that does not respond as SERVICE_UNAVAILABLE, which is retried."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import ParamSpec, TypeVar

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable

P = ParamSpec("P")
R = TypeVar("R")
# MLflow's client reports an absent server as an internal error with one of these texts.
_AWAY = re.compile(
    r"API request to .*(failed with exception|error code 5\d\d|status code 5\d\d)", re.DOTALL
)
_MODULES = ("requests", "urllib3", "botocore", "sqlalchemy")
_NAMES = re.compile(r"Connect|Timeout|TimedOut|Operational|Endpoint|HTTPClient|Protocol")


def reachable(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that calls MLflow.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the server, its database or its store of files does
            not respond. Every other error passes.
    """

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except PipeWeaveError:
            raise
        except Exception as error:
            if not any(map(_is_away, _chain(error))):
                raise
            raise unavailable(
                f"MLflow does not respond: {str(error)[:300]}",
                fix="It is retried; if it persists, see 'pipeweave doctor'.",
            ) from error

    return called


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_away(error: BaseException) -> bool:
    kind = type(error)
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    if getattr(error, "error_code", None) == "TEMPORARILY_UNAVAILABLE":
        return True
    library = kind.__module__.partition(".")[0]
    if library in _MODULES and _NAMES.search(kind.__name__):
        return True
    return library == "mlflow" and bool(_AWAY.search(str(error)))
