"""`pipeweave doctor`: does everything answer that PipeWeave stands on."""

import secrets
import shutil
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli import home
from pipeweave_dagster.cli.output import AsJson, columns, emit
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings

_MIN_FREE_BYTES = 1 << 30
_HEARTBEAT_S = 120


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave doctor --json`")(doctor)


def doctor(
    json: AsJson = False,
    strict: Annotated[
        bool, typer.Option(help="A daemon that is not running counts as red.")
    ] = False,
) -> None:
    """Check storage, MLflow, Dagster, its daemon and the disk; exit code 1 if one is red."""
    settings = home.prepare()
    checks: dict[str, Callable[[], str]] = {
        "version": _version,
        "storage": lambda: _storage(settings),
        "mlflow": lambda: _mlflow(settings),
        "dagster": _dagster,
        "daemon": lambda: _daemon(strict),
        "disk": lambda: _disk(settings),
    }
    lines = [_line(name, check) for name, check in checks.items()]
    rows = [(line["check"], line["state"], line["message"]) for line in lines]
    emit({"checks": lines}, json, columns(["check", "state", "what"], rows, width=160))
    if any(line["state"] == "red" for line in lines):
        sys.exit(1)


def _line(name: str, check: Callable[[], str]) -> dict[str, Any]:
    began = time.monotonic()
    try:
        state, message = "ok", check()
    except PipeWeaveError as error:
        state, message = "red", error.text
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other lines must be shown
        state, message = "red", f"{type(error).__name__}: {str(error)[:200]}"
    took = round(time.monotonic() - began, 2)
    return {"check": name, "state": state, "message": message, "seconds": took}


def _version() -> str:
    from importlib.metadata import version

    packages = ", ".join(f"{name} {version(name)}" for name in ("pipeweave", "dagster", "mlflow"))
    return f"{packages}, Python {sys.version.split()[0]}"


def _storage(settings: Settings) -> str:
    """Write, read and delete an object."""
    with home.workbench() as bench:
        storage, key = bench.store.storage, f"sensors/probe-{secrets.token_hex(8)}"
        storage.put(key, b"probe")
        same = storage.get(key) == b"probe"
        storage.delete(key)
    if not same:
        raise OSError("what was read is not what was written")
    return f"{settings.storage_url} can be written and read"


def _mlflow(settings: Settings) -> str:
    with home.workbench() as bench:
        bench.ask_model(
            "pipeweave_dagster.adapters.mlflow_store:prepare_store",
            tracking_uri=settings.tracking_uri,
        )
    return "the store answers"


def _dagster() -> str:
    with home.instance() as instance:
        queued = instance.get_runs_count()
        return f"{queued:,} runs stored in {instance.root_directory}"


def _daemon(strict: bool) -> str:
    with home.instance() as instance:
        beats = instance.get_daemon_statuses()
    ages = {
        kind: time.time() - status.last_heartbeat.timestamp
        for kind, status in beats.items()
        if status.last_heartbeat is not None
    }
    if ages and min(ages.values()) < _HEARTBEAT_S:
        return f"running; last heartbeat {min(ages.values()):.0f} s ago"
    if strict:
        raise OSError("not running; start it with 'pipeweave dev'")
    return "not running; uploads wait until 'pipeweave dev' is started"


def _disk(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    if free < _MIN_FREE_BYTES:
        raise OSError(f"only {free / 1e9:.1f} GB free below {settings.home}")
    return f"{free / 1e9:.0f} GB free below {settings.home}"
