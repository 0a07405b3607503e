"""What only a few requests may use at once: the workbench that keeps models, and open streams."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


class Places:
    """A number of places, of which each request takes one.

    Args:
        most: How many there are.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._lock = Lock()

    def require(self) -> None:
        """Refuse if no place is free.

        Raises:
            PipeWeaveError: RATE_LIMITED.
        """
        if self._free <= 0:
            raise PipeWeaveError(
                ErrorCode.RATE_LIMITED,
                "Too many requests of this kind are under way.",
                fix="Try again when some of them have ended.",
                retry_after_s=5,
            )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place while the block runs.

        Raises:
            PipeWeaveError: RATE_LIMITED if none is free.
        """
        with self._lock:
            self.require()
            self._free -= 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
