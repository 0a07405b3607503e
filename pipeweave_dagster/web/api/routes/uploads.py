"""Files: an upload address, the file itself, and the signal that it is complete."""

import tempfile
from pathlib import Path as LocalPath
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from pipeweave_dagster.adapters.disk_space import disk_full
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.options_check import can_be_checked, check_waiting_upload
from pipeweave_dagster.services.receive import check_size
from pipeweave_dagster.services.training_jobs import complete_and_start
from pipeweave_dagster.services.upload_addresses import open_ticket
from pipeweave_dagster.services.upload_completion import complete_upload, save_upload
from pipeweave_dagster.services.upload_tickets import Ticket, ticket_for_token
from pipeweave_dagster.web.api.answers.data import CompletedUpload, Received, UploadAddress
from pipeweave_dagster.web.api.envelope import VersionedResponse, enveloped
from pipeweave_dagster.web.api.requests import CompleteRequest, UploadRequest
from pipeweave_dagster.web.api.shared import DatasetPath, Use, allowed
from pipeweave_dagster.web.identity import Action, principal_of, require

router = APIRouter(tags=["files"])


@router.post(
    "/datasets/upload-url",
    response_model=VersionedResponse[UploadAddress],
    status_code=201,
)
def open_upload(request: Request, shared: Use, body: UploadRequest) -> Any:
    """Open an address to which one file can be sent without credentials."""
    require(request, Action.UPLOAD, body.dataset)
    facts = open_ticket(
        shared.store,
        shared.settings,
        body.dataset,
        body.file_name,
        zone=body.zone,
        expires_s=body.expires_s,
    )
    return enveloped(facts)


@router.put(
    "/uploads/{upload_id}",
    response_model=VersionedResponse[Received],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def receive_file(
    request: Request,
    shared: Use,
    upload_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
    x_upload_token: Annotated[str, Header(max_length=200, description="From the address.")],
) -> Any:
    """Receive the file of an address, where the storage is a folder; the token is the permission.

    What is cut off is not kept. The file shows once it is complete.
    """
    ticket = await run_in_threadpool(ticket_for_token, shared.store, upload_id, x_upload_token)
    scratch = shared.settings.cache_folder
    await run_in_threadpool(scratch.mkdir, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = LocalPath(folder) / "file"
        await _stream(request, path, ticket)
        size = await run_in_threadpool(save_upload, shared.store, ticket, path)
    return enveloped({"upload_id": upload_id, "size_bytes": size})


async def _stream(request: Request, path: LocalPath, ticket: Ticket) -> None:
    """Write the body to a file, and stop where it is too long or cut off."""
    name, size = ticket.key.rpartition("/")[2], 0
    try:
        with path.open("wb") as file:
            async for part in request.stream():
                size += len(part)
                check_size(name, size, ticket.max_bytes)
                await run_in_threadpool(file.write, part)
    except ClientDisconnect:
        raise validation_error("The upload was cut off.", fix="Send the whole file.") from None
    except OSError as error:
        raise disk_full(error) or error from error


@router.post(
    "/datasets/{dataset}/complete",
    response_model=VersionedResponse[CompletedUpload],
    dependencies=[allowed(Action.UPLOAD)],
)
def complete(request: Request, shared: Use, dataset: DatasetPath, body: CompleteRequest) -> Any:
    """Check size and sha256 of an uploaded file, and let it show; its run then starts by itself.

    With `train` the job is started here instead, with these options, and the answer has it. A
    target that the file does not have is refused before, up to 64 MB, with its columns.
    A repeated signal gets the same job and starts none.
    """
    given = (body.upload_id, body.size_bytes, body.sha256)
    if body.train is None:
        done = complete_upload(shared.store, dataset, *given) | {"job": None}
    else:
        require(request, Action.RUN, dataset)
        chosen = body.train.model_dump(exclude_none=True)
        if can_be_checked(shared.store, body.upload_id, chosen):
            with shared.benches.fresh() as bench:
                check_waiting_upload(bench, body.upload_id, chosen)
        reason = f"an upload of {principal_of(request).name}"
        place = (shared.store, shared.dagster, dataset)
        done = complete_and_start(*place, given, chosen, reason=reason)
    return enveloped(done)
