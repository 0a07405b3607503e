"""A local copy of an object: complete under its name, or not there at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipeweave_dagster.adapters.disk_space import disk_full


@contextlib.contextmanager
def local_copy(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write; it gets its name at the end, and is removed if anything fails.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the disk is full.
    """
    partial = path.with_name(f".{path.name}.part{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise disk_full(error) or error from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
