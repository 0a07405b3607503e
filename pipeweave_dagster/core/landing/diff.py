"""What has arrived since the last look. Pure: listings in, uploads out, nothing remembered here."""

from collections.abc import Mapping, Sequence

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.landing.uploads import Upload

# A file in a folder may still be growing: it counts when nothing has been written for this long.
QUIET_S = 3.0


class Seen(Part):
    """What earlier looks have found: versions that were started, and those still growing."""

    started: dict[str, str] = {}
    growing: dict[str, str] = {}


class Arrivals(Part):
    """Uploads to start now, and what to remember."""

    ready: list[Upload]
    seen: Seen
    waiting: int = 0


def arrivals(
    uploads: Sequence[Upload], seen: Seen, *, now: float, whole: bool, limit: int
) -> Arrivals:
    """Compare a full listing with what was seen.

    Args:
        uploads: All uploads there are, oldest first.
        seen: What the last look remembered.
        now: Seconds since 1970.
        whole: Whether the store shows objects only when they are whole (S3 does, a folder not).
        limit: At most so many uploads are started now; the rest stays for the next look.

    Every version of a key is started exactly once. What is remembered is bounded by what exists:
    a deleted key is forgotten, and if it comes back it has a new time stamp.
    """
    new = [u for u in uploads if seen.started.get(u.key) != u.version]
    grown = new if whole else [u for u in new if _stands_still(u, seen.growing, now)]
    ready = grown[:limit]
    existing = {u.key for u in uploads}
    started = {key: version for key, version in seen.started.items() if key in existing}
    started.update({u.key: u.version for u in ready})
    taken = {u.key for u in ready}
    growing = {u.key: u.version for u in new if u.key not in taken}
    remembered = Seen(started=started, growing=growing)
    return Arrivals(ready=ready, seen=remembered, waiting=len(new) - len(ready))


def _stands_still(upload: Upload, growing: Mapping[str, str], now: float) -> bool:
    """Quiet for a while by its own time stamp, or unchanged since the last look.

    The second holds for files whose time stamp lies in the future (another machine's clock).
    """
    quiet = now - upload.modified >= QUIET_S
    return quiet or growing.get(upload.key) == upload.version
