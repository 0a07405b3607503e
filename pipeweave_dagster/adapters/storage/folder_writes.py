"""Write objects of a folder storage: whole, durable, and never through a link."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipeweave_dagster.adapters.storage.beneath import opened_folder
from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error

SCRATCH = ".scratch"
_CHUNK = 4 << 20
_NO_PLACE = (errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG)


def copy_into(source: Path) -> Callable[[BinaryIO], object]:
    """Return a function that writes the content of a local file."""

    def write(file: BinaryIO) -> None:
        with source.open("rb") as content:
            shutil.copyfileobj(content, file, _CHUNK)

    return write


PRIVATE = ("users/", "user_tokens/", "audit/")
"""Prefixes of objects that only the user of the process may read."""


def place(
    root: Path, key: str, write: Callable[[BinaryIO], object], *, replace: bool = True
) -> bool:
    """Write an object; it appears under its key once the disk holds all of it.

    Args:
        root: Folder of the storage.
        key: A safe key.
        write: Writes the content.
        replace: Replace what has this key; otherwise nothing is written then.

    Returns:
        Whether it was written.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the disk refuses, VALIDATION_ERROR if the folder
            cannot have such a file.
    """
    try:
        with (
            opened_folder(root, (SCRATCH,), create=True) as scratch,
            _written(scratch, write, _mode(key)) as name,
        ):
            for _ in range(3):  # a concurrent delete may remove the empty folder in between
                with contextlib.suppress(FileNotFoundError):
                    return _moved(root, key, scratch, name, replace=replace)
    except OSError as error:
        raise _explained(error, root, key) from error
    raise unavailable(
        f"{key!r} could not be written into {root}, because its folder was deleted.",
        fix="Check what else deletes files there, and try again.",
        key=key,
    )


def _mode(key: str) -> int:
    """Return who may read an object: other services, too, but for users and the audit log."""
    return 0o600 if key.startswith(PRIVATE) else 0o644


@contextlib.contextmanager
def _written(scratch: int, write: Callable[[BinaryIO], object], mode: int) -> Iterator[str]:
    """Yield the name of a durable file in the scratch folder."""
    name = f"tmp-{secrets.token_hex(12)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, mode, dir_fd=scratch), "wb") as file:
        try:
            os.fchmod(file.fileno(), mode)  # whatever the umask
            write(file)
            file.flush()
            os.fsync(file.fileno())
            yield name
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=scratch)


def _moved(root: Path, key: str, scratch: int, name: str, *, replace: bool) -> bool:
    *parents, last = key.split("/")
    with opened_folder(root, parents, create=True) as folder:
        if replace:
            os.replace(name, last, src_dir_fd=scratch, dst_dir_fd=folder)
        else:
            try:
                os.link(name, last, src_dir_fd=scratch, dst_dir_fd=folder, follow_symlinks=False)
            except FileExistsError:
                return False
        os.fsync(folder)  # the name, too, has to be on the disk
    return True


def _explained(error: OSError, root: Path, key: str) -> PipeWeaveError:
    if error.errno in _NO_PLACE:
        return validation_error(
            f"{key!r} cannot be a file in {root}: {error.strerror}.",
            fix="Shorten names to 255 bytes; a link or a file cannot be a folder here.",
            key=key,
        )
    return unavailable(
        f"Writing {key!r} into {root} failed: {error.strerror}.",
        fix="Check free space and permissions.",
    )
