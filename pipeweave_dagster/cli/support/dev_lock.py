"""One `pipeweave dev` per home: two daemons on one instance would start every file twice."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.settings import Settings

_LOCK, _OWNER = "dev.lock", "dev.json"
_LINKS = {"address": "dagster_url", "pages": "web_url", "mlflow": "mlflow_url"}


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


def with_its_addresses(settings: Settings) -> Settings:
    """Return the settings with the addresses of the `pipeweave dev` of their home, if it runs.

    Addresses that the user has set are kept.
    """
    facts = _facts(settings.home / _OWNER)
    pid = facts.get("pid", "")
    if not (pid.isdecimal() and len(pid) < 10 and psutil.pid_exists(int(pid))):
        return settings
    known = {field: facts[name] for name, field in _LINKS.items() if name in facts}
    given = settings.model_fields_set
    return settings.model_copy(update={f: url for f, url in known.items() if f not in given})


def _facts(owner: Path) -> dict[str, str]:
    try:
        read = json.loads(owner.read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in read.items()}
    except (OSError, ValueError, AttributeError):  # there is none, or it is being written
        return {}


def _taken(home: Path, owner: Path) -> Exception:
    facts = _facts(owner)
    known = ", ".join(f"{name} {value}" for name, value in facts.items()) or "just starting"
    return unavailable(
        f"'pipeweave dev' is already running on {str(home)!r} ({known}).",
        fix="Use that one, stop it with Ctrl-C, or set PIPEWEAVE_HOME to another folder.",
        **facts,
    )
