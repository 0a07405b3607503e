"""A job is cancelled, also if the queue starts it at the same moment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.services.jobs import cancel_job

JOB = {"run_id": "r", "dataset": "demo", "job": "process_dataset", "status": "QUEUED"}


class Server:
    """Dagster's web server, with the states of one run, one per look."""

    def __init__(self, *states: str) -> None:
        self.states: Iterator[str] = iter(states)
        self.cancelled = 0

    def run(self, run_id: str) -> dict[str, Any]:
        return {**JOB, "run_id": run_id, "status": next(self.states)}

    def cancel(self, run_id: str) -> None:
        self.cancelled += 1


def cancelled(server: Any, folder: Path) -> str:
    store = DocumentStore(FolderStorage(folder / "storage"), folder / "cache")
    return str(cancel_job(store, server, JOB)["status"])


def test_a_queued_job_is_cancelled_by_one_request(tmp_path: Path) -> None:
    server = Server("CANCELED")
    assert cancelled(server, tmp_path) == "CANCELED"
    assert server.cancelled == 1


def test_a_job_that_the_queue_starts_meanwhile_is_cancelled_again(tmp_path: Path) -> None:
    server = Server("STARTING", "CANCELING")
    assert cancelled(server, tmp_path) == "CANCELING"
    assert server.cancelled == 2
