"""Detects new uploads by comparing a listing with the stored cursor; keeps no state itself."""

from collections.abc import Mapping, Sequence

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.landing.uploads import Upload

QUIET_S = 3.0
"""A file in a folder may still be growing until it has not been written to for this long."""


class Seen(Part):
    """The cursor of a sensor: versions by key that were started, and that are still growing.

    `left_out` is what the listing left out, as it was last recorded; `removed` counts by data set
    how often files were removed that are read together (labels).
    """

    started: dict[str, str] = {}
    growing: dict[str, str] = {}
    left_out: list[str] = []
    removed: dict[str, int] = {}


class Arrivals(Part):
    """Uploads to start now, the new cursor, and how many uploads have to wait.

    `gone` has the versions by key that were started and are not listed any more.
    """

    ready: list[Upload]
    seen: Seen
    waiting: int = 0
    gone: dict[str, str] = {}


def arrivals(
    uploads: Sequence[Upload],
    seen: Seen,
    *,
    now: float,
    whole: bool,
    limit: int,
    unread: Sequence[str] = (),
    within: Sequence[str] | None = None,
) -> Arrivals:
    """Return the uploads of a listing that are new, and the cursor for the next call.

    Every version of a key is started exactly once. The cursor is bounded by the listing: a deleted
    key is forgotten, and has a new time stamp if it comes back.

    Args:
        uploads: All uploads that were listed, oldest first.
        seen: The cursor that the previous call returned.
        now: Seconds since 1970.
        whole: Whether the store lists only complete objects (S3 does, a folder does not).
        limit: Maximum number of uploads to start now; the rest waits for the next call.
        unread: Prefixes that could not be listed; what was started below them is not forgotten.
        within: The prefixes that were listed, None for everything; nothing else is forgotten.
    """
    new = [u for u in uploads if seen.started.get(u.key) != u.version]
    complete = new if whole else [u for u in new if _is_complete(u, seen.growing, now)]
    ready = complete[:limit]
    existing = {u.key for u in uploads}
    started = {
        key: version
        for key, version in seen.started.items()
        if key in existing
        or key.startswith(tuple(unread))
        or (within is not None and not key.startswith(tuple(within)))
    }
    gone = {key: version for key, version in seen.started.items() if key not in started}
    started.update({u.key: u.version for u in ready})
    ready_keys = {u.key for u in ready}
    growing = {u.key: u.version for u in new if u.key not in ready_keys}
    cursor = seen.model_copy(update={"started": started, "growing": growing})
    return Arrivals(ready=ready, seen=cursor, waiting=len(new) - len(ready), gone=gone)


def _is_complete(upload: Upload, growing: Mapping[str, str], now: float) -> bool:
    """Return whether a file is quiet by its time stamp, or unchanged since the last call.

    The latter covers files whose time stamp is in the future (another machine's clock).
    """
    quiet = now - upload.modified >= QUIET_S
    return quiet or growing.get(upload.key) == upload.version
