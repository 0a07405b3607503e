"""What routes share: the storage, the settings, Dagster, the workers, and who may do what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from pipeweave_dagster.adapters.dagster_server import DagsterServer
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import PipeWeaveError, unavailable
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.identity import Action, require
from pipeweave_dagster.web.listing import Listing

_BUSY_S = 60.0
_IDLE_S = 600.0
SLUG = r"^[a-z0-9][a-z0-9_-]{0,62}$"


@dataclass
class Workers:
    """One workbench for models and predictions; its processes end after ten idle minutes."""

    open: Callable[[], Workbench]
    _lock: Lock = field(default_factory=Lock)
    _bench: Workbench | None = None
    _timer: Timer | None = None

    @contextmanager
    def lent(self) -> Iterator[Workbench]:
        """Lend the workbench to one request at a time.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if others have used it for a minute.
        """
        if not self._lock.acquire(timeout=_BUSY_S):
            raise unavailable("The models are busy with other requests.", fix="Try again.")
        try:
            if self._timer is not None:
                self._timer.cancel()
            self._bench = self._bench or self.open()
            yield self._bench
        finally:
            self._timer = Timer(_IDLE_S, self.close)
            self._timer.daemon = True
            self._timer.start()
            self._lock.release()

    def close(self) -> None:
        """End the processes; the next request starts new ones."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._bench is not None:
                self._bench.close()
                self._bench = None


@dataclass(frozen=True)
class Shared:
    """Everything that routes use; the same for all requests."""

    store: DocumentStore
    settings: Settings
    dagster: DagsterServer
    workers: Workers
    listing: Listing
    started: float


def _shared(request: Request) -> Shared:
    found: Shared = request.app.state.shared
    return found


Use = Annotated[Shared, Depends(_shared)]
DatasetPath = Annotated[str, Path(pattern=SLUG, description="Name of a data set.")]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="Counts from 1.")]
PageSize = Annotated[int, Query(ge=1, le=500, description="Entries of one page.")]


def allowed(action: Action) -> Any:
    """Return a dependency: the sender may do this with the data set of the path."""

    def check(request: Request, dataset: DatasetPath) -> None:
        require(request, action, dataset)

    return Depends(check)


def logged_in(request: Request) -> None:
    """Require that the sender is known, for lists of what they may see."""
    require(request, Action.VIEW)


def sees(request: Request) -> Callable[[str], bool]:
    """Return which data sets the sender may see."""

    def may_see(dataset: str) -> bool:
        try:
            require(request, Action.VIEW, dataset)
        except PipeWeaveError:
            return False
        return True

    return may_see
