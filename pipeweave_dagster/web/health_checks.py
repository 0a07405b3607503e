"""`/health`: the state of the services that PipeWeave needs."""

import shutil
import time
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pipeweave_dagster.adapters.health import Health, UnknownError, is_healthy, measure, public_text
from pipeweave_dagster.adapters.http_checks import (
    DagsterState,
    base_of,
    check_daemon,
    check_mlflow,
    dagster_state,
    responds,
)
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.settings import Settings

_MIN_FREE_BYTES = 1 << 30


def health_of(store: DocumentStore, settings: Settings, started: float) -> dict[str, Any]:
    """Return the state of each service and of all together; no addresses, names or secrets.

    Args:
        store: Checked by listing its data sets.
        settings: Addresses of Dagster and MLflow.
        started: `time.monotonic()` when the pages were started.
    """
    lines = [
        measure("storage", lambda: f"{len(store.datasets())} data sets", public_text),
        *_dagster(settings),
        measure("mlflow", lambda: _mlflow(settings), public_text),
        measure("disk", lambda: _disk(settings), public_text),
    ]
    return {
        "state": "ok" if is_healthy(lines) else "red",
        "version": _version(),
        "uptime_s": round(time.monotonic() - started, 1),
        "services": [asdict(line) for line in lines],
    }


def _dagster(settings: Settings) -> list[Health]:
    """Check Dagster's web server, and through it the database, the queue and the daemon."""
    url = settings.services.get("web") or f"{settings.dagster_url.rstrip('/')}/server_info"
    web = measure("web", lambda: responds(url), public_text)
    found: list[DagsterState] = []

    def database() -> str:
        _needs(web.state == "ok", "Dagster's web server")
        found.append(dagster_state(base_of(url)))
        return "reachable"

    def queue() -> str:
        _needs(bool(found), "the database")
        return f"{found[0].queued} runs queued"

    def daemon() -> str:
        _needs(bool(found), "the database")
        return check_daemon(found[0].heartbeat_age_s)

    parts = {"database": database, "queue": queue, "daemon": daemon}
    return [web, *(measure(name, ask, public_text) for name, ask in parts.items())]


def _needs(there: bool, part: str) -> None:
    if not there:
        raise UnknownError(f"unknown without {part}")


def _mlflow(settings: Settings) -> str:
    server = settings.mlflow_tracking_uri or ""
    if server.startswith(("http://", "https://")):
        return check_mlflow(server)
    return responds(f"{settings.mlflow_url.rstrip('/')}/health")


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(settings.home if settings.home.exists() else "/").free
    if free < _MIN_FREE_BYTES:
        raise OSError
    return f"{free / 1e9:.0f} GB free"


def _version() -> str:
    try:
        return version("pipeweave")
    except PackageNotFoundError:
        return "source"  # run from a checkout that is not installed
