"""One `pipeweave dev` per home: two daemons on one instance would start every file twice."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from pipeweave_dagster.core.errors import unavailable

_LOCK, _OWNER = "dev.lock", "dev.json"


@contextlib.contextmanager
def alone(home: Path, facts: dict[str, str]) -> Iterator[None]:
    """Lock the home while the block runs.

    The kernel releases the lock with its process, however that ends; the services started in
    between do not inherit it.

    Args:
        home: The folder.
        facts: What is reported to a second process, such as the address of the first.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if another process has the lock, with its process id
            and facts.
    """
    owner = home / _OWNER
    try:
        with FileLock(home / _LOCK, timeout=0):
            owner.write_text(json.dumps({"pid": str(os.getpid()), **facts}), encoding="utf-8")
            yield
            owner.unlink(missing_ok=True)
    except Timeout:
        raise _taken(home, owner) from None


def _taken(home: Path, owner: Path) -> Exception:
    try:
        read = json.loads(owner.read_text(encoding="utf-8"))
        facts = {str(name): str(value) for name, value in read.items()}
    except (OSError, ValueError, AttributeError):  # it is being written
        facts = {}
    known = ", ".join(f"{name} {value}" for name, value in facts.items()) or "just starting"
    return unavailable(
        f"'pipeweave dev' is already running on {str(home)!r} ({known}).",
        fix="Use that one, stop it with Ctrl-C, or set PIPEWEAVE_HOME to another folder.",
        **facts,
    )
