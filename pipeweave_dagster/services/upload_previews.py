"""Show what a file has before anything is trained: it waits beside the landing zone until then.

The file lies where uploads wait for their complete signal, `incoming/<id>/data`, and no sensor
looks there. What was found in it is kept beside it: `preview.json` and `preview.parquet`.
"""

import contextlib
import secrets
import tempfile
import time
from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Part,
    Payload,
    SchemaDeduction,
)
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.services.file_stages import deduce_schema
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.upload_addresses import landing_name
from pipeweave_dagster.services.upload_completion import save_upload
from pipeweave_dagster.services.upload_tickets import (
    FOLDER,
    LONGEST_S,
    Ticket,
    data_key,
    find_ticket,
    ticket_key,
)
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


class Preview(Part):
    """A waiting file, how it was read, and what its columns mean under the settings so far.

    `found` is the schema under the data set's `pipeweave.yaml`, without it if that does not suit.
    """

    upload_id: str
    dataset: str
    file_name: str
    file: Payload
    snapshot: DatasetSnapshot
    found: SchemaDeduction


def keep_upload(
    store: DocumentStore, settings: Settings, dataset: str, file_name: str, path: Path
) -> str:
    """Keep a file until its run is started, for twelve hours, and return the id of the upload.

    Args:
        store: The storage.
        settings: Limits.
        dataset: A valid name; the data set need not exist yet.
        file_name: Name that the file will have in the landing zone.
        path: The whole file.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a file that is empty or too large, and as
            `landing_name`.
    """
    upload_id = secrets.token_hex(16)
    ticket = Ticket(
        upload_id=upload_id,
        dataset=dataset,
        key=f"uploads/{dataset}/{landing_name(file_name)}",
        max_bytes=settings.max_dataset_bytes,
        expires_at=time.time() + LONGEST_S,
    )
    if path.stat().st_size == 0:
        raise validation_error(f"{file_name[:80]!r} is empty.", fix="Choose another file.")
    save_upload(store, ticket, path)
    store.records.write(ticket_key(upload_id), ticket)
    return upload_id


def preview_of(bench: Workbench, upload_id: str) -> Preview:
    """Return what was found in a waiting file; it is read once, in a bounded child process.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown upload, VALIDATION_ERROR if it is not a table or
            has been started already.
    """
    store, ticket = bench.store, find_ticket(bench.store, upload_id)
    if ticket.version is not None:
        raise validation_error(
            "The run of this upload was started already.",
            fix=f"See it at /datasets/{ticket.dataset}/run.",
        )
    known = store.records.read(_preview_key(upload_id), Preview)
    if known is not None:
        return known
    store.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.cache) as folder:
        preview = _read(bench, ticket, Path(folder))
    store.records.write(_preview_key(upload_id), preview)
    return preview


def preview_data(store: DocumentStore, preview: Preview, folder: Path) -> Path:
    """Return the typed table of a preview as a local Parquet file."""
    path = folder / "preview.parquet"
    store.storage.fetch(_data_key(preview.upload_id), path)
    return path


def forget_preview(store: DocumentStore, upload_id: str) -> None:
    """Remove what was kept beside a waiting file, which has its values before any setting."""
    for key in (_preview_key(upload_id), _data_key(upload_id)):
        store.storage.delete(key)


def _read(bench: Workbench, ticket: Ticket, folder: Path) -> Preview:
    name = ticket.key.rpartition("/")[2]
    path, out = folder / "upload" / name, folder / "out"
    path.parent.mkdir()
    out.mkdir()
    bench.store.storage.fetch(data_key(ticket.upload_id), path)
    settings = settings_of(bench.store, ticket.dataset)
    snapshot, found = deduce_schema(bench, path, out, DatasetSettings(read=settings.read))
    # Settings that do not suit this file are marked in the form, once somebody sends it.
    with contextlib.suppress(PipeWeaveError):
        data = out / snapshot.data.name
        found = bench.on_data(deduce, snapshot=snapshot, data=data, settings=settings)
    bench.store.storage.put_file(_data_key(ticket.upload_id), out / snapshot.data.name)
    return Preview(
        upload_id=ticket.upload_id,
        dataset=ticket.dataset,
        file_name=name,
        file=Payload.of(path),
        snapshot=snapshot,
        found=found,
    )


def _preview_key(upload_id: str) -> str:
    return f"{FOLDER}/{upload_id}/preview.json"


def _data_key(upload_id: str) -> str:
    return f"{FOLDER}/{upload_id}/preview.parquet"
