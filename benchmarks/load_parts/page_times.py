"""Processor time of every page of the workbench at many data sets, and a long audit log."""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from benchmarks.load_parts.copied_home import copied_home
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.state.records import record_bytes
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.services.audit import ROOT, AuditEntry
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.web import create_app

_DAYS = 30
_PAGES = (
    "/",
    "/overview",
    "/schedules",
    "/audit",
    "/audit?days=30&subject=data-00007",
    "/users",
    "/upload",
    "/datasets/penguins",
    "/datasets/penguins/settings",
    "/datasets/penguins/run",
    "/datasets/penguins/findings",
    "/datasets/penguins/models",
    "/datasets/penguins/predict",
)


def page_times(sizes: list[int], entries: int) -> list[dict[str, Any]]:
    """Return a row per page: processor seconds of the first and the second view, for each size.

    Args:
        sizes: Numbers of data sets.
        entries: Entries of the audit log, spread over the last thirty days.
    """
    columns = {size: _column(size, entries) for size in sizes}
    return [
        {"page": path, **{f"{size:,} data sets": columns[size][path] for size in sizes}}
        for path in _PAGES
    ]


def _column(size: int, entries: int) -> dict[str, str]:
    with (
        tempfile.TemporaryDirectory(prefix="pipeweave-load-") as place,
        copied_home(Path(place), size),
    ):
        settings = home.settings()
        store = Workbench(settings).store
        _fill_log(store, size, entries)
        app = create_app(store, settings)
        with TestClient(app, base_url="http://127.0.0.1") as pages:
            return {path: _twice(lambda path=path: _get(pages, path)) for path in _PAGES}


def _fill_log(store: DocumentStore, datasets: int, entries: int) -> None:
    """Write entries as `audit.record` does, at earlier times."""
    now = dt.datetime.now(dt.UTC)
    for number in range(entries):
        at = now - dt.timedelta(days=_DAYS) * (number / entries)
        entry = AuditEntry(
            at=at.timestamp(),
            who="ada",
            role="editor",
            via="session",
            action="upload",
            subject=f"data-{number % datasets:05}",
            after={"key": f"uploads/data-{number % datasets:05}/data.csv"},
        )
        key = f"{ROOT}{at:%Y-%m-%d}/{at:%H%M%S.%f}-{number:08x}.json"
        store.storage.put(key, record_bytes(entry))


def _get(pages: TestClient, path: str) -> None:
    answer = pages.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"


def _twice(act: Callable[[], None]) -> str:
    return f"{_seconds(act):.2f} / {_seconds(act):.2f} s"


def _seconds(act: Callable[[], None]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
