"""Where the landing zone has changed, according to the notifications of its bucket.

A message is deleted only after the tick that dealt with it has been stored by Dagster, which the
next tick sees by its cursor. If the process dies before, the message is delivered again.
"""

import threading
from collections.abc import Collection
from typing import Protocol

from pipeweave_dagster.adapters.storage.keys import key_problem
from pipeweave_dagster.core.landing import changed_keys, place_of
from pipeweave_dagster.settings import Settings

MOST_PLACES = 40
_MOST_PENDING = 10_000
_ZONES = ("uploads/", "predict/", "labels/")


class Queue(Protocol):
    """What is needed of `adapters.storage.event_queue.EventQueue`."""

    def receive(self) -> list[tuple[str, str]]:
        """Return receipt and body of the waiting messages."""

    def delete(self, receipts: list[str]) -> None:
        """Delete messages."""


class UploadEvents:
    """Changed places of all zones, shared by their sensors, which have one queue in common.

    Args:
        queue: Where the messages are.
        bucket: The bucket of the storage.
        prefix: Root of the storage in the bucket, with a slash at its end, or empty.
    """

    def __init__(self, queue: Queue, bucket: str, prefix: str) -> None:
        self._queue, self._bucket, self._prefix = queue, bucket, prefix
        self._lock = threading.Lock()
        self._pending: dict[str, set[str]] = {}  # receipts by place
        self._handed: dict[str, dict[str, set[str]]] = {}  # by zone: what its last tick took
        self._done: dict[str, tuple[str, set[str]]] = {}  # by zone: cursor, and places

    def take(self, zone: str, cursor: str | None) -> list[str]:
        """Return the prefixes below a zone that have to be listed, at most MOST_PLACES.

        Args:
            zone: `uploads`, `predict` or `labels`.
            cursor: The cursor that Dagster has stored for the sensor.

        Raises:
            PipeWeaveError: SERVICE_UNAVAILABLE if the queue does not respond or refuses.
        """
        with self._lock:
            self._confirm(zone, cursor)
            self._poll()
            waiting = [place for place in self._pending if place.startswith(f"{zone}/")]
            self._handed[zone] = {p: {*self._pending[p]} for p in waiting[:MOST_PLACES]}
            return [*self._handed[zone]]

    def finish(self, zone: str, cursor: str, again: Collection[str]) -> None:
        """Note that the places of the last `take` were listed, or everything.

        Args:
            zone: As given to `take`.
            cursor: What the tick returns to Dagster.
            again: Places with uploads that have to wait; they are handed out again.
        """
        with self._lock:
            for place in again:
                self._pending.setdefault(place, set())
            self._done[zone] = (cursor, {*self._handed.get(zone, {})} - {*again})

    def _confirm(self, zone: str, cursor: str | None) -> None:
        returned, places = self._done.pop(zone, ("", set()))
        handed = self._handed.pop(zone, {})
        if not places or cursor != returned:
            return
        settled: set[str] = set()
        for place in places:
            settled |= handed[place]
            self._pending[place] -= handed[place]  # what arrived since then is another change
            if not self._pending[place]:
                del self._pending[place]
        kept = set().union(*self._pending.values())
        self._queue.delete(sorted(settled - kept))

    def _poll(self) -> None:
        if len(self._pending) >= _MOST_PENDING:
            return
        foreign = []
        for receipt, body in self._queue.receive():
            places = self._places(body)
            for place in places:
                self._pending.setdefault(place, set()).add(receipt)
            if not places:
                foreign.append(receipt)
        self._queue.delete(foreign)

    def _places(self, body: str) -> set[str]:
        """Return where to look; what is not in a zone, or has no safe name, is no upload."""
        keys = changed_keys(body, self._bucket, self._prefix)
        return {place_of(k) for k in keys if k.startswith(_ZONES) and key_problem(k) is None}


_SHARED: dict[tuple[str, str], UploadEvents] = {}
_OPENING = threading.Lock()


def events_of(settings: Settings) -> UploadEvents | None:
    """Return the events of PIPEWEAVE_UPLOAD_EVENTS, the same for all sensors; None without it."""
    if settings.upload_events is None or not settings.storage_is_s3:
        return None
    with _OPENING:
        key = settings.upload_events, settings.storage_url
        if key not in _SHARED:
            _SHARED[key] = _opened(settings)
        return _SHARED[key]


def _opened(settings: Settings) -> UploadEvents:
    from pipeweave_dagster.adapters.storage.event_queue import EventQueue

    bucket, prefix = settings.bucket_and_prefix
    root = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    return UploadEvents(EventQueue(settings), bucket, root)
