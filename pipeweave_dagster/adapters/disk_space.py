"""Recognise that a disk is full, whichever library reports it: SERVICE_UNAVAILABLE, not a bug."""

import errno
import re

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT}
# pyarrow, DuckDB and SQLite have errors of their own for this, with these words.
_WORDS = re.compile(r"no space left on device|disk is full|disk quota exceeded", re.IGNORECASE)


def disk_full(error: BaseException | None) -> PipeWeaveError | None:
    """Return the error to raise if a full disk is the cause of this one, else None.

    Example:
        >>> found = disk_full(OSError(errno.ENOSPC, "No space left on device"))
        >>> found.code.value
        'SERVICE_UNAVAILABLE'
        >>> disk_full(ValueError("a bug"))
    """
    while error is not None:
        if getattr(error, "errno", None) in _FULL or _WORDS.search(str(error)):
            name = getattr(error, "filename", None)
            where = f" ({name})" if name else ""
            return unavailable(
                f"The disk is full{where}.",
                fix="Free space, for example with 'pipeweave gc'; it is retried.",
            )
        error = error.__cause__ or error.__context__
    return None
