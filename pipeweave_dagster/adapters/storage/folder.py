"""A folder as object store, safe for concurrent processes of one machine."""

import builtins
import contextlib
import hashlib
import os
import shutil
import stat as stat_module
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.storage.beneath import (
    ABSENT,
    opened_file,
    opened_folder,
    status_of,
)
from pipeweave_dagster.adapters.storage.folder_listing import (
    list_folder,
    list_shallow,
    names_of_folders,
)
from pipeweave_dagster.adapters.storage.folder_writes import SCRATCH, copy_into, place
from pipeweave_dagster.adapters.storage.keys import Skipped, check_key, check_prefix
from pipeweave_dagster.adapters.storage.local_copy import local_copy
from pipeweave_dagster.adapters.storage.protocol import (
    StoredObject,
    large_object,
    missing_object,
    stored_file,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable, validation_error

_POLL_S = 0.005


class FolderStorage:
    """Objects are files below `root`; names that start with a dot are not objects.

    Objects are written into a scratch folder, made durable, and then renamed or linked: readers
    never see half an object, and neither a killed writer nor a power failure leaves one. Symbolic
    links are not followed: whoever may only drop files must not make PipeWeave read others.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._scratch = self.root / SCRATCH
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unavailable(
                f"The storage folder {self.root} cannot be used: {error.strerror}.",
                fix="Set PIPEWEAVE_STORAGE to a folder that you may write to.",
            ) from error

    @property
    def url(self) -> str:
        return str(self.root)

    def list(self, prefix: str, skipped: list[Skipped] | None = None) -> Iterator[StoredObject]:
        return list_folder(self.root, check_prefix(prefix), skipped)

    def shallow(
        self, prefix: str, skipped: "builtins.list[Skipped] | None" = None
    ) -> "tuple[builtins.list[str], builtins.list[StoredObject]]":
        return list_shallow(self.root, check_prefix(prefix), skipped)

    def children(self, prefix: str) -> tuple[str, ...]:
        return names_of_folders(self.root, check_prefix(prefix))

    def stat(self, key: str) -> StoredObject | None:
        with self._reading(key):
            info = status_of(self.root, check_key(key).split("/"))
            return stored_file(key, info) if stat_module.S_ISREG(info.st_mode) else None
        return None

    def get(self, key: str, limit: int = 64 << 20) -> bytes:
        stored = self.stat(key)
        if stored is None:
            raise missing_object(key, self.url)
        if stored.size > limit:
            raise large_object(key, stored.size, limit)
        data = self._read(key)
        if data is None:
            raise missing_object(key, self.url)
        return data

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        data = self._read(key)
        return None if data is None else (data, hashlib.sha256(data).hexdigest())

    def fetch(self, key: str, path: Path) -> None:
        with self._reading(key), opened_file(self.root, check_key(key).split("/")) as source:
            with local_copy(path) as copy:
                shutil.copyfileobj(source, copy, 4 << 20)
            return
        raise missing_object(key, self.url)

    def local_path(self, key: str) -> Path | None:
        return self.root / key if self.stat(key) else None

    def put(self, key: str, data: bytes) -> None:
        place(self.root, check_key(key), lambda file: file.write(data))

    def put_file(self, key: str, path: Path) -> None:
        place(self.root, check_key(key), copy_into(path))

    def put_if_absent(self, key: str, data: bytes) -> bool:
        if self.stat(key) is not None:
            return False
        return place(self.root, check_key(key), lambda file: file.write(data), replace=False)

    def put_if_match(self, key: str, data: bytes, tag: str | None) -> bool:
        from filelock import FileLock

        with FileLock(self._scratch / "lock", poll_interval=_POLL_S):
            current = self.get_tagged(key)
            if (current[1] if current else None) != tag:
                return False
            self.put(key, data)
            return True

    def delete(self, key: str) -> None:
        parts = check_key(key).split("/")
        with self._reading(key), opened_folder(self.root, parts[:-1]) as folder:
            os.unlink(parts[-1], dir_fd=folder)
        with contextlib.suppress(OSError):  # until a folder is not empty: other objects remain
            for depth in range(len(parts) - 1, 0, -1):
                with opened_folder(self.root, parts[: depth - 1]) as folder:
                    os.rmdir(parts[depth - 1], dir_fd=folder)

    def presign_upload(self, key: str, max_bytes: int, expires_s: int) -> dict[str, Any]:
        _ = (max_bytes, expires_s)
        raise validation_error(
            "Only an S3 storage can create upload URLs.",
            fix=f"Copy the file to {self.root / key}, or use 'pipeweave upload FILE'.",
        )

    def _read(self, key: str) -> bytes | None:
        with self._reading(key), opened_file(self.root, check_key(key).split("/")) as file:
            return file.read()
        return None

    @contextlib.contextmanager
    def _reading(self, key: str) -> Iterator[None]:
        """Pass over what does not exist; raise other errors of the system as `PipeWeaveError`."""
        try:
            yield
        except PermissionError as error:
            raise PipeWeaveError(
                ErrorCode.FORBIDDEN,
                f"{key!r} in {self.url} cannot be accessed: {error.strerror}.",
                fix="Give the user of PipeWeave access to the file and its folders.",
                key=key,
            ) from error
        except OSError as error:
            if error.errno not in ABSENT:
                raise unavailable(
                    f"{key!r} in {self.url} cannot be accessed: {error.strerror}.",
                    fix="Check that the disk is mounted and healthy.",
                    key=key,
                ) from error
