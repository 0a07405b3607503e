"""Training jobs: start, list, show, follow the log, cancel."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.jobs import cancel_job, find_job, job_facts, list_jobs, log_entries
from pipeweave_dagster.services.server_paths import without_paths
from pipeweave_dagster.services.training_jobs import start_job
from pipeweave_dagster.web.api.answers.data import Job, JobFacts
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import CancelRequest, JobRequest
from pipeweave_dagster.web.api.shared import SLUG, Shared, Use, sees
from pipeweave_dagster.web.identity import Action, principal_of, require

router = APIRouter(prefix="/training/jobs", tags=["training"])
JobId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$", description="Run id of the job.")]
_POLL_S = 0.5
_LONGEST_S = 3600.0
_NDJSON = "application/x-ndjson"


@router.post("", response_model=VersionedResponse[Job], status_code=202)
def create_job(request: Request, shared: Use, body: JobRequest) -> Any:
    """Start a job on the newest upload (or a named one): findings, report, pipeline, model."""
    require(request, Action.RUN, body.dataset)
    chosen = body.model_dump(exclude={"dataset", "reason"}, exclude_none=True)
    reason = body.reason or f"requested by {principal_of(request).name}"
    job = start_job(shared.store, shared.dagster, body.dataset, chosen, reason=reason)
    return enveloped(job)


@router.get("", response_model=VersionedResponse[list[Job]])
def list_all_jobs(
    request: Request,
    shared: Use,
    dataset: Annotated[str | None, Query(pattern=SLUG)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Annotated[str | None, Query(pattern=r"^[0-9a-f-]{36}$")] = None,
) -> Any:
    """List the latest jobs, newest first; `after` is the last job of the list before."""
    require(request, Action.VIEW, dataset)
    may_see = sees(request)
    jobs = list_jobs(shared.dagster, dataset, limit, after)
    return enveloped([job for job in jobs if job["dataset"] is None or may_see(job["dataset"])])


@router.get("/{job_id}", response_model=VersionedResponse[JobFacts])
def get_job(request: Request, shared: Use, job_id: JobId) -> Any:
    """Show a job: status, times, why it failed and, once it has ended, what it has made."""
    job = _job(request, shared, job_id, Action.VIEW)
    facts = job_facts(shared.store, shared.dagster, shared.settings, job)
    return enveloped(without_paths(facts, shared.settings))


@router.get(
    "/{job_id}/logs",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One JSON object per line: time, level, step, event, message.",
            "content": {_NDJSON: {"schema": {"type": "string"}}},
        }
    },
)
def stream_logs(
    request: Request,
    shared: Use,
    job_id: JobId,
    follow: Annotated[bool, Query(description="Until the job has ended.")] = False,
) -> StreamingResponse:
    """Stream the log of a job, one JSON object per line."""
    _job(request, shared, job_id, Action.VIEW)
    shared.streams.require()
    return StreamingResponse(_lines(shared, job_id, follow=follow), media_type=_NDJSON)


async def _lines(shared: Shared, job_id: str, *, follow: bool) -> AsyncIterator[str]:
    """Yield the entries; an error on the way is the last line, as an envelope."""
    try:
        with shared.streams.taken():
            async for entry in _entries(shared, job_id, follow=follow):
                yield f"{json.dumps(entry, ensure_ascii=False)}\n"
    except PipeWeaveError as error:
        yield f"{json.dumps(error.envelope())}\n"


async def _entries(shared: Shared, job_id: str, *, follow: bool) -> AsyncIterator[dict[str, Any]]:
    cursor, deadline = None, time.monotonic() + _LONGEST_S
    while time.monotonic() < deadline:
        found = await run_in_threadpool(log_entries, shared.dagster, job_id, cursor)
        entries, cursor, complete = found
        for entry in without_paths(entries, shared.settings):
            yield entry
        if complete or not (follow or entries):
            return
        if not entries:
            await asyncio.sleep(_POLL_S)


@router.post("/{job_id}/cancel", response_model=VersionedResponse[Job], status_code=202)
def cancel(request: Request, shared: Use, job_id: JobId, body: CancelRequest) -> Any:
    """Cancel a job and stop all its processes; one that has ended stays as it is."""
    job = _job(request, shared, job_id, Action.CANCEL)
    return enveloped(cancel_job(shared.store, shared.dagster, job, body.reason))


def _job(request: Request, shared: Shared, job_id: str, action: Action) -> dict[str, Any]:
    """Return a job if the sender may do this with its data set."""
    require(request, Action.VIEW)
    job = find_job(shared.dagster, job_id)
    require(request, action, job["dataset"])
    return job
