"""Whether an S3 server honours conditional writes, on which the state of data sets rests.

A server that ignores If-None-Match and If-Match accepts every write: of two runs that end together
one would overwrite the other's HEAD, and nobody would notice. So this is tried before the first
conditional write, and nothing is written where the trial fails.
"""

import contextlib
import secrets
from collections.abc import Iterator
from typing import Protocol

from pipeweave_dagster.core.errors import PipeWeaveError, validation_error

NOT_IMPLEMENTED = {"NotImplemented", "501", "XNotImplemented"}
_OTHER_TAG = f'"{"0" * 32}"'


class Conditional(Protocol):
    """The calls of a storage that the trial makes."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """See `Storage`."""

    def put_if_match(self, key: str, data: bytes, tag: str | None) -> bool:
        """See `Storage`."""

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        """See `Storage`."""

    def delete(self, key: str) -> None:
        """See `Storage`."""


def require_conditional_writes(storage: Conditional, url: str) -> None:
    """Try conditional writes on an object of its own, which is removed afterwards.

    Args:
        storage: The store, without a check of its own.
        url: What to call it.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the store ignores or refuses a condition.
    """
    with _probe(storage) as key:
        if not storage.put_if_absent(key, b"first"):
            raise unconditional(url, "refuses If-None-Match for a new object")
        if storage.put_if_absent(key, b"second"):
            raise unconditional(url, "ignores If-None-Match")
        if storage.put_if_match(key, b"third", _OTHER_TAG):
            raise unconditional(url, "ignores If-Match")
        found = storage.get_tagged(key)
        if found is None or not storage.put_if_match(key, b"fourth", found[1]):
            raise unconditional(url, "refuses If-Match with the object's own ETag")


def unconditional(url: str, what: str) -> PipeWeaveError:
    """Return the error for a store without conditional writes."""
    return validation_error(
        f"The S3 server of {url} {what}. Without conditional writes, runs that end together would"
        " overwrite each other's results, so nothing is stored there.",
        fix="Use a server that honours If-None-Match and If-Match on PutObject, such as AWS S3 or"
        " SeaweedFS, or a folder; 'pipeweave doctor' tries it.",
    )


@contextlib.contextmanager
def _probe(storage: Conditional) -> Iterator[str]:
    key = f"sensors/probe-{secrets.token_hex(8)}"
    try:
        yield key
    finally:
        with contextlib.suppress(PipeWeaveError):
            storage.delete(key)
