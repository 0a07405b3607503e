"""Open an address to which one file can be uploaded without credentials."""

import datetime as dt
import hashlib
import secrets
import time
import unicodedata
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.pulled_files import PULL_SUFFIX
from pipeweave_dagster.services.upload_tickets import LONGEST_S, Ticket, Zone, data_key, ticket_key
from pipeweave_dagster.settings import Settings

_LONGEST_NAME = 200
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}


def file_name_of(name: str) -> str:
    """Return a file's name as the last part of a storage key."""
    base = "".join(c if c.isprintable() and c not in "\\/" else "_" for c in name)
    return base.encode()[-_LONGEST_NAME:].decode(errors="ignore").lstrip(".") or "upload"


def landing_name(name: str) -> str:
    """Return the name under which a file that somebody sends lands; see `file_name_of`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a path, for control characters, and for names of
            PipeWeave's own files, which would be read as settings or as a pull.
    """
    if any(c in "\\/" or unicodedata.category(c) in _CONTROLS for c in name):
        raise validation_error(
            f"{name[:80]!r} is not the name of a file alone.",
            fix="Send the name without folders and control characters.",
        )
    kept = file_name_of(name)
    if kept == SETTINGS_FILE or kept.endswith(PULL_SUFFIX):
        raise validation_error(
            f"{name[:80]!r} is a name that PipeWeave uses itself.",
            fix="Give the file another name.",
        )
    return kept


def open_ticket(
    store: DocumentStore,
    settings: Settings,
    dataset: str,
    file_name: str,
    *,
    zone: Zone = "uploads",
    expires_s: int = 3600,
) -> dict[str, Any]:
    """Return an address to which one file can be uploaded without credentials.

    Args:
        store: The storage. On S3 the store itself receives the file, from a folder the pages do.
        settings: Limits, and the address of the pages.
        dataset: A valid name; the data set need not exist yet.
        file_name: Name of the file in the landing zone.
        zone: The folder of the landing zone that it is for.
        expires_s: For how long, at most `LONGEST_S`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a time that is too long, and as `landing_name`.
    """
    if not 1 <= expires_s <= LONGEST_S:
        raise validation_error(
            f"An upload address is valid for 1 to {LONGEST_S:,} seconds.", fix="Choose less."
        )
    name = landing_name(file_name)
    upload_id, limit = secrets.token_hex(16), settings.max_dataset_bytes
    address: dict[str, Any] = {"method": "PUT", "fields": {}, "headers": {}}
    secret = ""
    if settings.storage_is_s3:
        post = store.storage.presign_upload(data_key(upload_id), limit, expires_s)
        address |= {"method": "POST", "url": post["url"], "fields": post["fields"]}
    else:
        token = secrets.token_urlsafe(32)
        secret = hashlib.sha256(token.encode()).hexdigest()
        address["url"] = f"{settings.web_url.rstrip('/')}/api/v1/uploads/{upload_id}"
        address["headers"] = {"X-Upload-Token": token}
    expires_at = time.time() + expires_s
    ticket = Ticket(
        upload_id=upload_id,
        dataset=dataset,
        key=f"{zone}/{dataset}/{name}",
        max_bytes=limit,
        expires_at=expires_at,
        secret=secret,
    )
    store.records.write(ticket_key(upload_id), ticket)
    granted = {"key": ticket.key, "expires_s": expires_s}
    audit.record(store, "upload_url", dataset, after=granted)
    expires = dt.datetime.fromtimestamp(expires_at, dt.UTC).isoformat(timespec="seconds")
    facts = {"dataset": dataset, "upload_id": upload_id, "key": ticket.key, "max_bytes": limit}
    return {**facts, **address, "expires_s": expires_s, "expires_at": expires}
