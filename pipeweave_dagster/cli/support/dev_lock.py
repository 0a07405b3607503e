"""Allow one `pipeweave dev` per home: two daemons would start a run twice for every file."""

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
    """Lock the home for the duration of the block, or until this process ends.

    The kernel releases the lock when the process ends, however that happens; services started in
    the block do not inherit it.

    Args:
        home: The folder.
        facts: What the error of a second process shows about this one, such as its address.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if another process has the lock, with its process id
            and facts.
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
    except (ValueError, AttributeError):  # it is just being written
        facts = {}
    owner = ", ".join(f"{name} {value}" for name, value in facts.items()) or "just starting"
    return unavailable(
        f"'pipeweave dev' is already running on {str(home)!r} ({owner}).",
        fix="Use that one, stop it with Ctrl-C, or set PIPEWEAVE_HOME to another folder.",
        **facts,
    )
