"""Uploads with a complete signal: a file becomes visible once its size and sha256 are right.

`incoming/<id>/upload.json` says what is expected, `incoming/<id>/data` is the file as it arrives.
No sensor looks there. A cut or wrong upload stays there until it expires, and never shows as an
upload of its data set.
"""

import hashlib
import hmac
import time
from typing import Literal

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import (
    PipeWeaveError,
    not_found,
    validation_error,
)

Zone = Literal["uploads", "predict", "labels"]
LONGEST_S = 43_200
"""Twelve hours: the daily clean-up removes what is older than a day."""
FOLDER = "incoming"


class Ticket(Part):
    """What is expected under one upload address. Times are in seconds since 1970.

    `secret` is the sha256 of the token that the address needs; it is empty where the store signs
    its own addresses. `version` is that of the file in the landing zone, once it is complete.
    """

    upload_id: str
    dataset: str
    key: str
    max_bytes: int
    expires_at: float
    secret: str = ""
    version: str | None = None


def ticket_for_token(store: DocumentStore, upload_id: str, token: str) -> Ticket:
    """Return the ticket of an upload address if the token is that of the address.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown address, a wrong token, and a store that receives
            files itself; VALIDATION_ERROR if it has expired or is complete.
    """
    ticket = find_ticket(store, upload_id)
    given = hashlib.sha256(token.encode()).hexdigest()
    if not ticket.secret or not hmac.compare_digest(given, ticket.secret):
        raise unknown_upload()
    if ticket.version is not None:
        raise validation_error("This upload is complete.", fix="Ask for a new upload address.")
    check_time(ticket)
    return ticket


def find_ticket(store: DocumentStore, upload_id: str) -> Ticket:
    """Return the ticket of an upload.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none of this id.
    """
    known = is_upload_id(upload_id)
    ticket = store.records.read(ticket_key(upload_id), Ticket) if known else None
    if ticket is None:
        raise unknown_upload()
    return ticket


def is_upload_id(given: str) -> bool:
    """Return whether a text has the form of an id below `incoming/`, and is safe in a key."""
    return len(given) == 32 and given.isalnum() and given.isascii()


def check_time(ticket: Ticket) -> None:
    """Refuse a ticket that has expired.

    Raises:
        PipeWeaveError: VALIDATION_ERROR.
    """
    if time.time() > ticket.expires_at:
        raise validation_error("This upload address has expired.", fix="Ask for a new one.")


def unknown_upload() -> PipeWeaveError:
    """Return the error for an upload of another id, token or data set."""
    return not_found("There is no such upload.", fix="Ask for an upload address first.")


def ticket_key(upload_id: str) -> str:
    """Return the key of a ticket."""
    return f"{FOLDER}/{upload_id}/upload.json"


def data_key(upload_id: str) -> str:
    """Return the key of the file as it arrives."""
    return f"{FOLDER}/{upload_id}/data"
