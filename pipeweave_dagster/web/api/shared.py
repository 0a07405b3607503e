"""What routes share: the storage, the settings, Dagster, the workers, and who may do what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from pipeweave_dagster.adapters.dagster_server import DagsterServer
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web.api.places import Places
from pipeweave_dagster.web.identity import Action, require
from pipeweave_dagster.web.listing import Listing
from pipeweave_dagster.web.work.benches import Benches

SLUG = r"^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"


@dataclass(frozen=True)
class Shared:
    """Everything that routes use; the same for all requests."""

    store: DocumentStore
    settings: Settings
    dagster: DagsterServer
    benches: Benches
    waiting: Places
    streams: Places
    listing: Listing
    started: float

    @contextmanager
    def model_bench(self) -> Iterator[Workbench]:
        """Lend the workbench that keeps models, which the pages use, too.

        Raises:
            PipeWeaveError: RATE_LIMITED if many wait for it: each holds a thread that pages need.
        """
        with self.waiting.taken(), self.benches.kept() as bench:
            yield bench


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
