"""What PipeWeave asks of an object store; small enough that any store can answer."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeweave_dagster.core.errors import PipeWeaveError, not_found, validation_error

MAX_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as listed. `modified` is in seconds since 1970 (on S3 the upload's start)."""

    key: str
    size: int
    etag: str
    modified: float

    @property
    def version(self) -> str:
        """Differs whenever the object was written again, even with the bytes of an older one.

        Key and ETag alone would miss contents A, B, A, hence the time stamp.
        """
        seen = f"{self.key}\0{self.etag}\0{self.modified:.6f}\0{self.size}"
        return hashlib.sha256(seen.encode()).hexdigest()[:24]


class Storage(Protocol):
    """Objects under string keys. Every write is seen whole or not at all.

    Methods raise `PipeWeaveError`: NOT_FOUND for a missing key, SERVICE_UNAVAILABLE when the store
    does not answer, FORBIDDEN or UNAUTHORIZED when it refuses.
    """

    @property
    def url(self) -> str:
        """The root, as people write it."""

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key starts with the prefix, in no promised order."""

    def children(self, prefix: str) -> tuple[str, ...]:
        """The sorted names directly below `prefix/` that hold further objects."""

    def stat(self, key: str) -> StoredObject | None:
        """The object's listing entry, or None if there is none."""

    def get(self, key: str, limit: int = 64 << 20) -> bytes:
        """The bytes of a small object (at most `limit`)."""

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        """Bytes and the tag that `put_if_match` wants, or None if there is no object."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into a local file (streamed; the file appears whole)."""

    def local_path(self, key: str) -> Path | None:
        """The object as a local file that must not be changed, where the store is a folder."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace."""

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace from a local file (streamed)."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write unless the key exists; False if it does."""

    def put_if_match(self, key: str, data: bytes, tag: str | None) -> bool:
        """Replace what `get_tagged` gave (None: create); False if somebody was faster."""

    def delete(self, key: str) -> None:
        """Remove; no error if it is gone already."""

    def presign_upload(self, key: str, max_bytes: int, expires_s: int) -> dict[str, Any]:
        """A URL and form fields with which anybody may upload this one key, up to that size."""


def check_key(key: str) -> str:
    """Give the key back if it is safe on every store.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for empty parts, `.` or `..`, control characters,
            backslashes, or more than 1,024 bytes.
    """
    parts = key.split("/")
    unsafe = any(part in {"", ".", ".."} for part in parts)
    if unsafe or "\\" in key or any(ord(c) < 32 or ord(c) == 127 for c in key):
        raise validation_error(
            f"{key!r} is no safe storage key.", fix="Use plain file and folder names.", key=key
        )
    if len(key.encode()) > MAX_KEY_BYTES:
        raise validation_error(
            f"The storage key is longer than {MAX_KEY_BYTES} bytes.", fix="Shorten the file name."
        )
    return key


def missing_object(key: str, url: str) -> PipeWeaveError:
    """The error for a key that names nothing."""
    return not_found(
        f"There is no object {key!r} in {url}.",
        fix="It was removed, or PIPEWEAVE_STORAGE names another store.",
        key=key,
    )


def large_object(key: str, size: int, limit: int) -> PipeWeaveError:
    """The error for an object that is larger than what is read at once."""
    return validation_error(
        f"{key!r} holds {size:,} bytes, more than {limit:,}.",
        fix="Replace it by a smaller one.",
        key=key,
    )
