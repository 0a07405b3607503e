"""One `pipeweave dev` a home: two daemons on one instance would start every file twice."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from pipeweave_dagster.core.errors import unavailable

_FILE = "dev.lock"


@contextlib.contextmanager
def alone(home: Path, facts: dict[str, str]) -> Iterator[None]:
    """Hold the home as long as this block, or this process, lives.

    The kernel frees the lock with its process, however that ends; the services that are started
    in between do not inherit it.

    Args:
        home: The folder.
        facts: What another one is told of this one, such as its address.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if another process holds it, with its process id and
            facts.
    """
    path = home / _FILE
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise _taken(home, file.read()) from None
        file.truncate(0)
        file.write(json.dumps({"pid": str(os.getpid()), **facts}))
        file.flush()
        yield


def _taken(home: Path, text: str) -> Exception:
    try:
        facts = {str(name): str(value) for name, value in json.loads(text).items()}
    except (ValueError, AttributeError):  # it is being written
        facts = {}
    told = ", ".join(f"{name} {value}" for name, value in facts.items()) or "just starting"
    return unavailable(
        f"'pipeweave dev' runs on {str(home)!r} already ({told}).",
        fix="Use that one, end it with Ctrl-C, or set PIPEWEAVE_HOME to another folder.",
        **facts,
    )
