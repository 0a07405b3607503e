"""A folder as object store, safe for concurrent processes of one machine."""

import contextlib
import hashlib
import os
import shutil
import stat as stat_module
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.storage.protocol import (
    StoredObject,
    check_key,
    large_object,
    missing_object,
)
from pipeweave_dagster.core.errors import unavailable, validation_error

_SCRATCH = ".scratch"
_POLL_S = 0.005


class FolderStorage:
    """Objects are files below `root`; names that start with a dot are not objects.

    Objects are written into a scratch folder and then renamed or linked, so readers never see half
    an object and a killed writer leaves none. Symbolic links are not followed: whoever may only
    drop files must not make PipeWeave read others.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._scratch = self.root / _SCRATCH
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

    def list(self, prefix: str) -> Iterator[StoredObject]:
        folder = self.root / prefix.rpartition("/")[0]
        for base, folders, files in os.walk(folder, onerror=_raise_listing_error):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                key = (Path(base) / name).relative_to(self.root).as_posix()
                stored = None if name.startswith(".") else self.stat(key)
                if stored is not None and key.startswith(prefix):
                    yield stored

    def children(self, prefix: str) -> tuple[str, ...]:
        folder = self.root / prefix
        if not folder.is_dir():
            return ()
        with os.scandir(folder) as entries:
            return tuple(sorted(e.name for e in entries if e.is_dir(follow_symlinks=False)))

    def stat(self, key: str) -> StoredObject | None:
        path = self.root / key
        try:
            info = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat_module.S_ISREG(info.st_mode):
            return None
        tag = f"{info.st_mtime_ns}-{info.st_size}-{info.st_ino}"
        return StoredObject(key, info.st_size, tag, info.st_mtime)

    def get(self, key: str, limit: int = 64 << 20) -> bytes:
        stored = self.stat(key)
        if stored is None:
            raise missing_object(key, self.url)
        if stored.size > limit:
            raise large_object(key, stored.size, limit)
        return (self.root / key).read_bytes()

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        try:
            data = (self.root / key).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return data, hashlib.sha256(data).hexdigest()

    def fetch(self, key: str, path: Path) -> None:
        if self.stat(key) is None:
            raise missing_object(key, self.url)
        partial = path.with_name(f".{path.name}.part{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.root / key, partial)
        partial.replace(path)

    def local_path(self, key: str) -> Path | None:
        return self.root / key if self.stat(key) else None

    def put(self, key: str, data: bytes) -> None:
        self._place(key, lambda temporary: temporary.write_bytes(data), os.replace)

    def put_file(self, key: str, path: Path) -> None:
        self._place(key, lambda temporary: shutil.copyfile(path, temporary), os.replace)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        if self.stat(key) is not None:
            return False
        try:
            self._place(key, lambda temporary: temporary.write_bytes(data), os.link)
        except FileExistsError:
            return False
        return True

    def put_if_match(self, key: str, data: bytes, tag: str | None) -> bool:
        from filelock import FileLock

        with FileLock(self._scratch / "lock", poll_interval=_POLL_S):
            current = self.get_tagged(key)
            if (current[1] if current else None) != tag:
                return False
            self.put(key, data)
            return True

    def delete(self, key: str) -> None:
        path = self.root / check_key(key)
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # until a folder is not empty: other objects remain
            for folder in path.relative_to(self.root).parents:
                if folder.name:
                    (self.root / folder).rmdir()

    def presign_upload(self, key: str, max_bytes: int, expires_s: int) -> dict[str, Any]:
        _ = (max_bytes, expires_s)
        raise validation_error(
            "Only an S3 storage can create upload URLs.",
            fix=f"Copy the file to {self.root / key}, or use 'pipeweave upload FILE'.",
        )

    def _place(
        self, key: str, write: Callable[[Path], object], move: Callable[[Path, Path], object]
    ) -> None:
        target = self.root / check_key(key)
        handle, name = tempfile.mkstemp(dir=self._scratch)
        os.close(handle)
        temporary = Path(name)
        try:
            write(temporary)
            temporary.chmod(0o644)
            for _ in range(3):  # a concurrent delete may remove the empty folder in between
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    move(temporary, target)
                except FileNotFoundError:
                    continue
                return
            raise unavailable(
                f"{key!r} could not be written into {self.url}, because its folder was deleted.",
                fix="Check what else deletes files there, and try again.",
                key=key,
            )
        except OSError as error:
            if isinstance(error, FileExistsError):
                raise
            raise unavailable(
                f"Writing {key!r} into {self.url} failed: {error.strerror}.",
                fix="Check free space and permissions.",
            ) from error
        finally:
            temporary.unlink(missing_ok=True)


def _raise_listing_error(error: OSError) -> None:
    """Raise for an unreadable folder; a missing one counts as empty."""
    if not isinstance(error, FileNotFoundError):
        raise unavailable(
            f"Listing {error.filename} failed: {error.strerror}.",
            fix="Check that the folder is readable and its disk is mounted.",
        ) from error
