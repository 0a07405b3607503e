"""Limits of one call; that on the memory which it may allocate is enforced by the kernel."""

import contextlib
import re
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable, validation_error

OUT_OF_MEMORY = "out_of_memory"
"""In the details of the error of a call that exceeded its memory limit."""
# Libraries have errors of their own for this.
_NO_MEMORY = re.compile(r"out of memory|cannot allocate|bad_alloc|can't start new", re.IGNORECASE)
_DATA = re.compile(r"VmData:\s+(\d+) kB")


@dataclass(frozen=True)
class CallLimits:
    """What a call may take.

    Attributes:
        time_s: Seconds after which the child is killed.
        memory_mb: Memory in MB that the call may allocate beyond what the child has; None for no
            limit of its own. It is enforced on Linux only.
    """

    time_s: float
    memory_mb: int | None = None


@contextlib.contextmanager
def memory_limited(memory_mb: int | None) -> Iterator[None]:
    """Let the block allocate so many MB beyond what this process has now.

    The limit is on private memory that can be written (RLIMIT_DATA), which libraries reserve in
    about the amount that they use; address space, which they reserve in plenty, does not count.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if an allocation failed.
    """
    used = _data_bytes()
    if memory_mb is None or used is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = used + (memory_mb << 20)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    except PipeWeaveError:
        raise
    except Exception as error:
        if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
            raise out_of_memory(memory_mb) from error
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def out_of_memory(memory_mb: int) -> PipeWeaveError:
    """Return the error of a call that needs more memory than its limit."""
    return validation_error(
        f"Reading the file takes more than {memory_mb:,} MB of memory, the limit for its size.",
        fix="Upload the table as CSV or Parquet, or as several files. If the machine has too little"
        " memory, raise PIPEWEAVE_MEMORY_LIMIT_MB or use a larger one.",
        **{OUT_OF_MEMORY: True, "limit_mb": memory_mb},
    )


def crashed(how: str, memory_mb: int) -> PipeWeaveError:
    """Return the error of a call whose process crashed while it read a file under a limit.

    Not every library expects an allocation to fail.
    """
    return validation_error(
        f"Reading the file ended the process ({how}): it takes more than {memory_mb:,} MB of"
        " memory, the limit for its size, or is malformed.",
        fix="Export the table again, as CSV or Parquet, or as several files.",
        limit_mb=memory_mb,
    )


def not_started(how: str) -> PipeWeaveError:
    """Return the error of a worker that ended before it could be called: no file is to blame."""
    return unavailable(
        f"The worker process could not start ({how}); what it printed is above this in the log.",
        fix="It is retried; if it persists, free memory, and check the installation with"
        " 'pipeweave doctor'.",
    )


def _data_bytes() -> int | None:
    """Return the private writable memory of this process; None where it is unknown."""
    with contextlib.suppress(OSError):
        found = _DATA.search(Path("/proc/self/status").read_text(encoding="ascii"))
        return int(found[1]) << 10 if found else None
    return None
