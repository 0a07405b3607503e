"""The landing zone as it is at one moment: its top, or every upload in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeweave_dagster.adapters.garbage import collection_paused
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import Skipped, Storage, StoredObject
from pipeweave_dagster.core.landing import Upload, uploads_in
from pipeweave_dagster.core.naming import dataset_of_key


@dataclass(frozen=True)
class ZoneListing:
    """The top of `uploads`, `predict` or `labels` as it was at one moment.

    Attributes:
        zone: Which of them.
        folders: By data set; several folders can mean one, such as `Sales Q1` and `sales-q1`.
        loose: Files that lie in no folder.
        skipped: What could not be listed.
    """

    zone: str
    folders: Mapping[str | None, Sequence[str]]
    loose: Sequence[StoredObject]
    skipped: Sequence[Skipped]


def list_zone(store: DocumentStore, zone: str = "uploads") -> ZoneListing:
    """List the top of a zone; who asks for many data sets lists it once for all."""
    skipped: list[Skipped] = []
    names, loose = store.storage.shallow(zone, skipped)
    folders = defaultdict(list)
    for name in names:
        folders[dataset_of_key(f"{zone}/{name}/x")].append(name)
    return ZoneListing(zone, folders, loose, skipped)


def all_uploads(storage: Storage, places: Iterable[str], skipped: list[Skipped]) -> list[Upload]:
    """Return every upload below some prefixes, oldest first; a listing of them all.

    Args:
        storage: Where the landing zone is.
        places: Prefixes of keys.
        skipped: Gets what could not be listed.
    """
    with collection_paused():
        return uploads_in(o for place in places for o in storage.list(place, skipped))
