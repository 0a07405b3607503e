"""Workers for the pages: few at a time, and all of them bounded."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from starlette.requests import Request

from pipeweave_dagster.core.errors import PipeWeaveError, unavailable
from pipeweave_dagster.services.workbench import Workbench

MOST_AT_ONCE = 2
_PATIENCE_S = 30.0
_IDLE_S = 600.0


class Benches:
    """Lends workbenches to requests: new ones for files, and one that keeps its models.

    Args:
        make: Makes a workbench.
    """

    def __init__(self, make: Callable[[], Workbench]) -> None:
        self._make = make
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._turn = threading.Lock()
        self._kept: Workbench | None = None
        self._timer: threading.Timer | None = None

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Workbench]:
        """Lend a workbench whose workers end with the request; to two requests at a time.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if none gets free in time.
        """
        if not self._free.acquire(timeout=_PATIENCE_S):
            raise _busy()
        try:
            with self._make() as bench:
                yield bench
        finally:
            self._free.release()

    @contextlib.contextmanager
    def kept(self) -> Iterator[Workbench]:
        """Lend the workbench that has loaded models, to one request at a time.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if others need it for too long.
        """
        if not self._turn.acquire(timeout=_PATIENCE_S):
            raise _busy()
        try:
            self._stop_timer()
            self._kept = self._kept or self._make()
            yield self._kept
        finally:
            self._timer = threading.Timer(_IDLE_S, self.close)
            self._timer.daemon = True
            self._timer.start()
            self._turn.release()

    def close(self) -> None:
        """End the workers that are kept; the next request starts new ones."""
        with self._turn:
            self._stop_timer()
            if self._kept is not None:
                self._kept.close()
                self._kept = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def fresh_bench(request: Request) -> contextlib.AbstractContextManager[Workbench]:
    """Return a workbench for one file, as a context manager."""
    benches: Benches = request.app.state.benches
    return benches.fresh()


def model_bench(request: Request) -> contextlib.AbstractContextManager[Workbench]:
    """Return the workbench that keeps models in memory, as a context manager."""
    benches: Benches = request.app.state.benches
    return benches.kept()


def _busy() -> PipeWeaveError:
    return unavailable("Other requests are being worked on.", fix="Try again in a minute.")
