"""Whether the services that PipeWeave stands on answer."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings

TIMEOUT_S = 3.0


def health_of(store: DocumentStore, settings: Settings, started: float) -> dict[str, Any]:
    """One line a service, and the state of all.

    Args:
        store: The storage is asked for its data sets.
        settings: Addresses of Dagster and MLflow.
        started: `time.monotonic()` when the pages were started.
    """
    lines = [
        _line("storage", lambda: f"{len(store.datasets())} data sets"),
        _line("dagster", lambda: _answers(f"{settings.dagster_url.rstrip('/')}/server_info")),
        _line("mlflow", lambda: _answers(f"{settings.mlflow_url.rstrip('/')}/health")),
    ]
    return {
        "state": "ok" if all(line["state"] == "ok" for line in lines) else "red",
        "version": _version(),
        "uptime_s": round(time.monotonic() - started, 1),
        "services": lines,
    }


def _version() -> str:
    try:
        return version("pipeweave")
    except PackageNotFoundError:
        return "source"  # run from a folder that was never installed


def _line(name: str, ask: Callable[[], str]) -> dict[str, Any]:
    """The answer of one service. Never tells addresses or secrets: this page is not protected."""
    began = time.monotonic()
    try:
        state, detail = "ok", ask()
    except PipeWeaveError as error:
        state, detail = "red", error.code.value
    except (OSError, ValueError) as error:
        state, detail = "red", f"does not answer ({type(error).__name__})"
    spent = round(time.monotonic() - began, 3)
    return {"name": name, "state": state, "detail": detail, "seconds": spent}


def _answers(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(url)
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked above
        return f"HTTP {answer.status}"
