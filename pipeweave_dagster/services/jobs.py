"""Runs that were started, by a request, a sensor or by hand: state, result and log."""

import re
from collections.abc import Mapping
from typing import Any

from pipeweave_dagster.adapters.dagster_server import DagsterServer
from pipeweave_dagster.adapters.dagster_server.launches import PARTITION_TAG
from pipeweave_dagster.adapters.dagster_server.run_errors import error_of_run
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.run_facts import summarise
from pipeweave_dagster.settings import Settings

_RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FINISHED = frozenset({"SUCCESS", "FAILURE", "CANCELED"})
"""Dagster's states of runs that have ended."""
_UNDER_WAY = frozenset({"STARTING", "STARTED"})


def find_job(server: DagsterServer, run_id: str) -> dict[str, Any]:
    """Return what lists show about a run.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise not_found(f"There is no job {run_id[:40]!r}.", fix="List the jobs.")
    return server.run(run_id)


def job_facts(
    store: DocumentStore, server: DagsterServer, settings: Settings, job: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a run with its error and, once it has ended, what it has made."""
    run_id, dataset = job["run_id"], job["dataset"]
    error = error_of_run(job["status"], server.all_events(run_id))
    ended = job["status"] in FINISHED
    result = summarise(store, settings, dataset, run_id) if ended and dataset else None
    return {
        **job,
        "finished": ended,
        "error": error.envelope() if error else None,
        "result": result,
    }


def list_jobs(
    server: DagsterServer, dataset: str | None, limit: int, cursor: str | None = None
) -> list[dict[str, Any]]:
    """Return the latest runs, of one data set or of all, newest first."""
    tags = [{"key": PARTITION_TAG, "value": dataset}] if dataset else []
    return server.runs({"tags": tags} if tags else {}, limit, cursor)


def cancel_job(
    store: DocumentStore, server: DagsterServer, job: Mapping[str, Any], reason: str = ""
) -> dict[str, Any]:
    """Have a job canceled, and return it; one that has ended stays as it is.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if Dagster cannot end it.
    """
    run_id: str = job["run_id"]
    if job["status"] not in FINISHED:
        server.cancel(run_id)
        subject = job["dataset"] or job["job"]
        audit.record(store, "cancel", subject, version=run_id, before=job["status"], reason=reason)
    found = server.run(run_id)
    if found["status"] in _UNDER_WAY:  # the queue started it at the same moment
        server.cancel(run_id)
        found = server.run(run_id)
    return found


def log_entries(
    server: DagsterServer, run_id: str, cursor: str | None
) -> tuple[list[dict[str, Any]], str, bool]:
    """Return some entries of a run's log, the next cursor, and whether the log is complete.

    The status is read before the entries, so that none is missed at the end.
    """
    ended = server.run(run_id)["status"] in FINISHED
    events, after, more = server.events(run_id, cursor)
    return [_entry(event) for event in events], after, ended and not more


def _entry(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "time": int(event.get("timestamp") or 0) / 1000,
        "level": event.get("level"),
        "step": event.get("stepKey"),
        "event": event.get("eventType"),
        "message": event.get("message"),
    }
