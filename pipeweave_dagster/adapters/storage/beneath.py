"""Files and folders below a root, opened part by part so that no link leads out of it.

A path is checked and used in one step: between a check and the use of a path, whoever may write
below the root could replace a folder by a link.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""What the system says of a path that does not exist, or leads through a link or a file."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Without O_NONBLOCK, opening a named pipe would wait for its writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextlib.contextmanager
def opened_folder(root: Path, parts: Sequence[str], *, create: bool = False) -> Iterator[int]:
    """Open a folder below the root; yields its descriptor.

    Args:
        root: May be a link; nothing below it may.
        parts: Names of the folders on the way.
        create: Create what is missing, durably.

    Raises:
        OSError: One of `ABSENT` if there is no such folder, or the way leads through a link.
    """
    folder = os.open(root, _FOLDER)
    try:
        for part in parts:
            if create:
                _create(part, folder)
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


@contextlib.contextmanager
def opened_file(root: Path, parts: Sequence[str]) -> Iterator[BinaryIO]:
    """Open a regular file below the root for reading.

    Raises:
        OSError: One of `ABSENT` if there is no such file, or the way leads through a link.
    """
    with opened_folder(root, parts[:-1]) as folder:
        descriptor = os.open(parts[-1], _FILE, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(errno.ENOENT, "Not a regular file")
        yield file


def status_of(root: Path, parts: Sequence[str]) -> os.stat_result:
    """Return the status of a file or folder below the root.

    Raises:
        OSError: One of `ABSENT` if there is none, or the way leads through a link.
    """
    with opened_folder(root, parts[:-1]) as folder:
        return os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)


def make_durable(path: Path) -> None:
    """Have the disk hold the content of a file, also if the power fails a moment later."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create(name: str, folder: int) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
        os.fsync(folder)
