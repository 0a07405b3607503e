"""What a tick of a landing zone's sensor lists: everything, what has changed, or nothing."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib.idle_backoff import IdleBackoff
from pipeweave_dagster.lib.upload_events import UploadEvents, events_of
from pipeweave_dagster.settings import Settings

# Notifications can be lost, and older uploads have none.
_EVERYTHING_EVERY_S = 3600.0


@dataclass(frozen=True)
class Scope:
    """What one tick lists.

    Attributes:
        places: Prefixes; empty for nothing, None for the whole zone.
        reason: Why nothing is listed, or why everything is although there are notifications.
    """

    places: list[str] | None = None
    reason: str = ""


class Listings:
    """Decides for each tick of one zone's sensor what it lists.

    Args:
        zone: `uploads`, `predict` or `labels`.
        clock: Seconds that never go back.
        events: Returns the notifications of the bucket, None if there are none.
    """

    def __init__(
        self,
        zone: str,
        clock: Callable[[], float] = time.monotonic,
        events: Callable[[Settings], UploadEvents | None] = events_of,
    ) -> None:
        self._zone, self._clock, self._events_of = zone, clock, events
        self._backoff = IdleBackoff(clock)
        self._events: UploadEvents | None = None
        self._everything = clock()
        self._returned: str | None = None  # a cursor that Dagster did not store is found out by it

    def scope(self, settings: Settings, cursor: str | None) -> Scope:
        """Return what to list now.

        Without notifications that is everything, the more rarely the less happens. With them it is
        the places that they name, and everything every hour, and where the last tick was lost.
        """
        self._events = self._events_of(settings)
        if self._events is None:
            return self._by_time()
        try:
            places = self._events.take(self._zone, cursor)
        except PipeWeaveError as error:  # no upload waits for a queue
            self._events = None
            found = self._by_time()
            return Scope(found.places, f"{found.reason}; {error.message}".removeprefix("; "))
        due = self._clock() - self._everything > _EVERYTHING_EVERY_S
        if due or cursor is None or cursor != self._returned:
            return Scope()
        return Scope(places, "" if places else "no notification of an upload has arrived")

    def _by_time(self) -> Scope:
        pause = self._backoff.pause_s()
        if pause <= 0:
            return Scope()
        return Scope([], f"nothing arrived lately; the next listing is in {pause:.0f} s")

    def done(
        self, scope: Scope, cursor: str, listed: int, *, active: bool, waiting: Collection[str]
    ) -> None:
        """Note what a tick has found.

        Args:
            scope: What was listed.
            cursor: What the tick returns to Dagster.
            listed: The number of uploads.
            active: Whether something has arrived or is still arriving.
            waiting: Places with uploads that were left for a later tick.
        """
        if scope.places is None:
            self._backoff.listed(listed, active=active)
            self._everything = self._clock()
        self._returned = cursor
        if self._events is not None:
            self._events.finish(self._zone, cursor, waiting)
