"""The interface of an object store, small enough for any store to implement."""

import builtins
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeweave_dagster.adapters.storage.keys import Skipped
from pipeweave_dagster.core.errors import PipeWeaveError, not_found, validation_error


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as listed. `modified` is in seconds since 1970 (on S3 the upload's start)."""

    key: str
    size: int
    etag: str
    modified: float

    @property
    def version(self) -> str:
        """A value that changes whenever the object is written, even with earlier content.

        Key and ETag alone would miss the contents A, B, A, hence the timestamp.
        """
        seen = f"{self.key}\0{self.etag}\0{self.modified:.6f}\0{self.size}"
        return hashlib.sha256(seen.encode()).hexdigest()[:24]


def stored_file(key: str, info: os.stat_result) -> StoredObject:
    """Return the listing entry of a local file."""
    tag = f"{info.st_mtime_ns}-{info.st_size}-{info.st_ino}"
    return StoredObject(key, info.st_size, tag, info.st_mtime)


class Storage(Protocol):
    """Objects under string keys; every write is atomic, and kept once it has returned.

    No method leaves the root, whatever the key: unsafe keys are refused, links are not followed.

    Methods raise `PipeWeaveError`: VALIDATION_ERROR for an unsafe key (see `check_key`), NOT_FOUND
    for a missing key, SERVICE_UNAVAILABLE if the store does not respond, FORBIDDEN or UNAUTHORIZED
    if it refuses.
    """

    @property
    def url(self) -> str:
        """The root of the storage."""

    def list(self, prefix: str, skipped: "list[Skipped] | None" = None) -> Iterator[StoredObject]:
        """Yield every object whose key starts with the prefix, in any order.

        Names that are no safe keys are never objects, nor are links and hidden files.

        Args:
            prefix: Empty, or the beginning of keys.
            skipped: Receives what was left out, but for hidden files. Without it, a folder that
                cannot be read is an error; with it, the other folders are still listed.
        """

    def shallow(
        self, prefix: str, skipped: "builtins.list[Skipped] | None" = None
    ) -> "tuple[builtins.list[str], builtins.list[StoredObject]]":
        """Return the names of the folders directly below `prefix/`, and the objects there.

        What is deeper costs nothing: one request per thousand of them on a bucket.
        """

    def children(self, prefix: str) -> tuple[str, ...]:
        """Return the sorted names directly below `prefix/` that contain objects."""

    def stat(self, key: str) -> StoredObject | None:
        """Return the object's listing entry, or None if it does not exist."""

    def get(self, key: str, limit: int = 64 << 20) -> bytes:
        """Return the bytes of a small object (at most `limit`)."""

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        """Return the bytes and the tag for `put_if_match`, or None if the object does not exist."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object into a local file (streamed and atomic)."""

    def local_path(self, key: str) -> Path | None:
        """Return the object as a local file that must not be changed, if the store is a folder."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object."""

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace an object from a local file (streamed)."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write an object unless the key exists; return False if it does."""

    def put_if_match(self, key: str, data: bytes, tag: str | None) -> bool:
        """Replace what `get_tagged` returned (None: create); return False if it has changed."""

    def delete(self, key: str) -> None:
        """Remove an object, if it exists."""

    def presign_upload(self, key: str, max_bytes: int, expires_s: int) -> dict[str, Any]:
        """Return a URL and form fields that allow an upload of this key, up to that size."""


def missing_object(key: str, url: str) -> PipeWeaveError:
    """Return the error for a missing key."""
    return not_found(
        f"There is no object {key!r} in {url}.",
        fix="It was removed, or PIPEWEAVE_STORAGE is set to another store.",
        key=key,
    )


def large_object(key: str, size: int, limit: int) -> PipeWeaveError:
    """Return the error for an object that is too large to be read at once."""
    return validation_error(
        f"{key!r} has {size:,} bytes, more than {limit:,}.",
        fix="Replace it with a smaller one.",
        key=key,
    )
