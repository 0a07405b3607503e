"""Who acts now: the user of the process, or the one whose request is being answered.

Services ask here instead of taking a name through every call. A value holds for the request's own
task and for the threads that it starts with `run_in_threadpool`, never for another request.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pipeweave_dagster.core.access import Principal, Role

_acting: ContextVar[Principal | None] = ContextVar("acting", default=None)


def machine_user() -> Principal:
    """Return the user of this process, who may do everything: the storage is theirs anyway."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = "local"
    return Principal(name, Role.ADMIN)


def current_principal() -> Principal:
    """Return who acts: whoever `acting_as` names, else the user of this process."""
    return _acting.get() or machine_user()


@contextmanager
def acting_as(principal: Principal) -> Iterator[None]:
    """Let everything inside be done in the name of somebody."""
    token = _acting.set(principal)
    try:
        yield
    finally:
        _acting.reset(token)
