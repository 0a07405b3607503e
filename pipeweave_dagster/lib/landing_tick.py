"""One tick of a sensor of the landing zone: list, compare, and request a run per new version."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import Skipped
from pipeweave_dagster.core.landing import Arrivals, Seen, Upload, arrivals, place_of
from pipeweave_dagster.lib.listing_scope import Listings, Scope
from pipeweave_dagster.lib.partitions import (
    DATASETS,
    SETTINGS_VERSION_TAG,
    UPLOAD_VERSION_TAG,
)
from pipeweave_dagster.lib.recent_requests import RecentRequests
from pipeweave_dagster.lib.removed_labels import with_removals
from pipeweave_dagster.lib.seen_uploads import load_seen, save_seen
from pipeweave_dagster.services.left_out import (
    describe_left_out,
    left_out_texts,
    record_left_out,
)
from pipeweave_dagster.services.run_leases import RunWatch
from pipeweave_dagster.services.upload_locks import locked_keys
from pipeweave_dagster.services.zone_listing import all_uploads

# A run request costs about 0.3 s on SQLite; more of them in one tick would block the daemon.
MAX_REQUESTS = 20
Context: TypeAlias = dg.SensorEvaluationContext
_JOINED = "labels/"


@dataclass(frozen=True)
class SensorMemory:
    """What a sensor remembers between its ticks, in the code server."""

    listings: Listings
    watch: RunWatch = field(default_factory=RunWatch)
    recent: RecentRequests = field(default_factory=RecentRequests)


@dataclass(frozen=True)
class WatchedFolder:
    """The folder of a sensor, what of it is listed, and whether its files are always complete."""

    prefix: str
    scope: Scope
    whole: bool

    def without_doubles(self, uploads: list[Upload]) -> list[Upload]:
        """Return the uploads that need a run: of labels the newest, whose run reads all files."""
        joined = self.prefix == _JOINED
        return list({u.dataset: u for u in uploads}.values()) if joined else uploads

    def with_removals(
        self, store: DocumentStore, arrived: Arrivals, listed: Iterable[Upload]
    ) -> Arrivals:
        """Return what needs a run: of labels also that files were removed."""
        joined = self.prefix == _JOINED
        return with_removals(store, arrived, listed, MAX_REQUESTS) if joined else arrived

    def listed(self, store: DocumentStore, skipped: list[Skipped]) -> list[Upload]:
        """Return the uploads, the oldest first."""
        places = [self.prefix] if self.scope.places is None else self.scope.places
        return all_uploads(store.storage, places, skipped)


def run_tick(
    context: Context,
    store: DocumentStore,
    zone: WatchedFolder,
    request: Callable[[DocumentStore, Context, Upload], dg.RunRequest],
    memory: SensorMemory,
) -> dg.SensorResult | dg.SkipReason:
    """Run one tick: list, compare, request a run for each new version, store what was seen.

    A failed listing raises, so the tick is shown as failed and the cursor stays.
    """
    sensor = context.sensor_name
    seen = load_seen(store, sensor, context.cursor)
    cursor = context.cursor if seen else None
    locked = locked_keys(store, memory.watch)
    skipped: list[Skipped] = []
    listed = zone.listed(store, skipped)
    uploads = [u for u in listed if u.key not in locked]
    arrived = arrivals(
        uploads,
        seen or Seen(),
        now=time.time(),
        whole=zone.whole,
        limit=MAX_REQUESTS,
        unread=[entry.unread for entry in skipped if entry.unread],
        within=zone.scope.places,
    )
    arrived = zone.with_removals(store, arrived, listed)
    candidates = _without_needless_settings(arrived, listed)
    fresh = zone.without_doubles([u for u in candidates if not _was_started(context.instance, u)])
    requests = [request(store, context, upload) for upload in fresh]
    if not memory.recent.claim(str(r.run_key) for r in requests):  # the cursor stays as it is
        return dg.SkipReason(
            "an earlier tick has just requested these runs; is there a 2nd daemon?"
        )
    new_seen, reason = _with_left_out(store, zone, arrived.seen, skipped)
    cursor = save_seen(store, sensor, new_seen, cursor)
    waiting = {place_of(key) for key in (*arrived.seen.growing, *locked)}
    active = bool(arrived.ready or arrived.waiting or locked)
    memory.listings.done(zone.scope, cursor, len(uploads), active=active, waiting=waiting)
    if not fresh:
        context.update_cursor(cursor)
        return dg.SkipReason(f"nothing new; {arrived.waiting} files still changing{reason}")
    if reason:
        context.log.warning(reason.removeprefix("; "))
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=_new_partitions(context.instance, fresh),
        cursor=cursor,
    )


def _new_partitions(
    instance: dg.DagsterInstance, uploads: Iterable[Upload]
) -> list[dg.AddDynamicPartitionsRequest]:
    """Return the request for the partitions of data sets that Dagster does not have yet."""
    known = set(instance.get_dynamic_partitions(str(DATASETS.name)))
    new = sorted({u.dataset for u in uploads} - known)
    return [DATASETS.build_add_request(new)] if new else []


def _with_left_out(
    store: DocumentStore, zone: WatchedFolder, seen: Seen, skipped: list[Skipped]
) -> tuple[Seen, str]:
    """Record what was left out where it has changed, for lists and pages.

    Returns:
        What is seen now, and the text of the tick on what was not listed or left out.
    """
    reason = f"; {zone.scope.reason}" if zone.scope.reason else ""
    if zone.scope.places is not None:
        return seen, reason
    left_out = describe_left_out(skipped)
    texts = left_out_texts(left_out)
    if seen.left_out != texts:
        record_left_out(store, zone.prefix.rstrip("/"), left_out)
        seen = seen.model_copy(update={"left_out": texts})
    return seen, reason + "; left out: ".join(["", *texts])


def _without_needless_settings(arrived: Arrivals, listed: Iterable[Upload]) -> list[Upload]:
    """Drop a `pipeweave.yaml` that needs no run of its own.

    If data arrives together with it, or after it, the run of the data reads it.
    """
    growing = arrived.seen.growing
    with_data = {u.dataset for u in listed if not u.is_settings and u.key not in growing}
    changed = with_data - {u.dataset for u in arrived.ready if not u.is_settings}
    return [u for u in arrived.ready if not u.is_settings or u.dataset in changed]


def _was_started(instance: dg.DagsterInstance, upload: Upload) -> bool:
    """Return whether a run of this version exists (started by a command, or before a crash)."""
    names = (
        [UPLOAD_VERSION_TAG, SETTINGS_VERSION_TAG] if upload.is_settings else [UPLOAD_VERSION_TAG]
    )
    return any(
        instance.get_runs_count(dg.RunsFilter(tags={name: upload.version})) > 0 for name in names
    )
