"""Keep what arrives at an upload address, check it, and move it into the landing zone."""

import tempfile
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.landing import uploads_in
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import check_size
from pipeweave_dagster.services.upload_tickets import (
    Ticket,
    check_time,
    data_key,
    find_ticket,
    ticket_key,
    unknown_upload,
)


def save_upload(store: DocumentStore, ticket: Ticket, path: Path) -> int:
    """Keep a whole file as it arrived, and return its size in bytes; it is not visible yet."""
    size = path.stat().st_size
    check_size(ticket.key.rpartition("/")[2], size, ticket.max_bytes)
    store.storage.put_file(data_key(ticket.upload_id), path)
    return size


def complete_upload(
    store: DocumentStore, dataset: str, upload_id: str, size_bytes: int, sha256: str
) -> dict[str, Any]:
    """Check what has arrived, and move it into the landing zone; repeating that changes nothing.

    Args:
        store: The storage.
        dataset: The data set that the address was opened for.
        upload_id: Of the address.
        size_bytes: Size of the file as its sender has it.
        sha256: Its hash, in hexadecimal digits.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown upload, VALIDATION_ERROR if nothing has arrived, if
            it was cut, or if size or hash differ.
    """
    ticket = find_ticket(store, upload_id)
    if ticket.dataset != dataset:
        raise unknown_upload()
    if ticket.version is None:
        check_time(ticket)
        ticket = _checked(store, ticket, size_bytes, sha256.lower())
    return {
        "dataset": dataset,
        "key": ticket.key,
        "version": ticket.version,
        "size_bytes": size_bytes,
        "sha256": sha256.lower(),
    }


def _checked(store: DocumentStore, ticket: Ticket, size_bytes: int, sha256: str) -> Ticket:
    data = data_key(ticket.upload_id)
    arrived = store.storage.stat(data)
    if arrived is None:
        raise validation_error(
            "Nothing has arrived at this upload address, or it was cut off.",
            fix="Upload the whole file again.",
        )
    check_size(ticket.key.rpartition("/")[2], arrived.size, ticket.max_bytes)
    if arrived.size != size_bytes:
        raise validation_error(
            f"{arrived.size:,} bytes have arrived instead of {size_bytes:,}.",
            fix="Upload the whole file again.",
            size_bytes=arrived.size,
        )
    store.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.cache) as folder:
        copy = Path(folder) / "upload"
        store.storage.fetch(data, copy)
        # The copy is checked and placed, so that nobody can replace the file in between.
        found = Payload.of(copy)
        if found.sha256 != sha256 or found.size_bytes != size_bytes:
            raise validation_error(
                "The sha256 of what has arrived differs.",
                fix="Upload the file again.",
                sha256=found.sha256,
            )
        version = place(store, ticket.dataset, ticket.key, copy)
    complete = ticket.model_copy(update={"version": version})
    store.records.write(ticket_key(ticket.upload_id), complete)
    store.storage.delete(data)
    return complete


def place(store: DocumentStore, dataset: str, key: str, path: Path) -> str:
    """Copy a file into the landing zone and return the version that it has there."""
    store.storage.put_file(key, path)
    zone = key.partition("/")[0]
    listed = uploads_in(store.storage.list(f"{zone}/{dataset}/"))
    version = next(upload.version for upload in listed if upload.key == key)
    audit.record(store, "upload", dataset, version=version, after={"key": key})
    return version
