"""Files under the SHA-256 of their bytes (`raw/<sha256>`, `payloads/<sha256>/<name>`).

What is read has the hash of its key, or is damaged: a disk that lost its power, or a copy that was
cut off, leaves files of 0 bytes or of zeros. A damaged object is deleted, since nobody can use it,
so that the next run that needs it makes it anew.
"""

import contextlib
import hashlib
import logging
import os
import time
from pathlib import Path

from pipeweave_dagster.adapters.storage import Storage, StoredObject
from pipeweave_dagster.core.errors import PipeWeaveError, not_found

logger = logging.getLogger(__name__)
_OLD_S = 12 * 3600.0


class ContentFiles:
    """Content-addressed files of a storage.

    Args:
        storage: The object store.
        cache: Folder for local copies of remote files.
    """

    def __init__(self, storage: Storage, cache: Path) -> None:
        self._storage = storage
        self._cache = cache
        self._checked: set[tuple[str, str]] = set()

    def holds(self, key: str, size_bytes: int) -> bool:
        """Return whether the storage has a file whole, as far as that is known without reading."""
        stored = self._storage.stat(key)
        return stored is not None and stored.size == size_bytes

    def save(self, key: str, path: Path) -> None:
        """Store a local file under its key; an equal file that is there, and whole, is kept.

        An old one is written again, since the garbage collector may be about to remove it.
        """
        stored = self._storage.stat(key)
        whole = stored is not None and stored.size == path.stat().st_size
        if not whole or is_old(stored) or not self._is_intact(key):
            self._storage.put_file(key, path)

    def local(self, key: str) -> Path:
        """Return a file of the storage: itself in a folder, a cached copy from S3.

        Raises:
            PipeWeaveError: NOT_FOUND if it does not exist or is damaged.
        """
        local = self._storage.local_path(key)
        if local is not None:
            if not self._is_intact(key):
                self._discard(key)
                raise damaged(key)
            return local
        copy = self._cache / "objects" / key
        if not (copy.is_file() and self._has_hash(key, copy)):
            self._storage.fetch(key, copy)
            if not self._has_hash(key, copy):
                copy.unlink()
                self._discard(key)
                raise damaged(key)
        # The time of the last use, for the garbage collector; many file systems do not record it.
        os.utime(copy, ns=(time.time_ns(), copy.stat().st_mtime_ns))
        return copy

    def _is_intact(self, key: str) -> bool:
        """Return whether a local file has its hash; S3 checks what it stores itself."""
        path, stored = self._storage.local_path(key), self._storage.stat(key)
        if path is None or stored is None:
            return stored is not None
        return self._once(key, stored.version, path)

    def _has_hash(self, key: str, copy: Path) -> bool:
        info = copy.stat()
        return self._once(key, f"{info.st_mtime_ns}-{info.st_size}", copy)

    def _once(self, key: str, version: str, path: Path) -> bool:
        """Return whether a file has the hash of its key; each version is read once per process."""
        if (key, version) not in self._checked and file_sha256(path) == key.split("/")[1]:
            self._checked.add((key, version))
        return (key, version) in self._checked

    def _discard(self, key: str) -> None:
        logger.error("%s is damaged and is removed; the next run makes it anew.", key)
        with contextlib.suppress(PipeWeaveError):  # whoever may only read names it, too
            self._storage.delete(key)


def is_old(stored: StoredObject | None) -> bool:
    """Return whether an object is so old that the garbage collector could remove it soon."""
    return stored is not None and time.time() - stored.modified > _OLD_S


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged(key: str, kind: str = "file") -> PipeWeaveError:
    """Return the error for an object whose bytes are not those of its address."""
    return not_found(
        f"{key!r} is damaged, or not a {kind}: its bytes are not those of its address.",
        fix="Run the data set again: what is missing is made anew.",
        key=key,
    )
