"""Follow a run: its events as they are stored, and a cancel request from elsewhere."""

import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import dagster as dg

_POLL_S = 0.4
_CANCEL_POLL_S = 1.0


class Watcher:
    """Calls back for every stored event of a run, in its own thread.

    Args:
        instance: Where the run is stored.
        run_id: The run.
        on_event: Called with each event log entry, in order.
        interrupt: Whether this process executes the run, so that a cancel from the web UI or
            from another command must interrupt it.
    """

    def __init__(
        self,
        instance: "dg.DagsterInstance",
        run_id: str,
        on_event: Callable[[Any], None],
        *,
        interrupt: bool = False,
    ) -> None:
        self._instance = instance
        self._run_id = run_id
        self._on_event = on_event
        self._interrupt = interrupt
        self._cursor: str | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(timeout=5)
        self.drain()

    def drain(self) -> None:
        """Call back for all events stored since the last call."""
        found = self._instance.get_records_for_run(self._run_id, cursor=self._cursor)
        self._cursor = found.cursor
        for record in found.records:
            self._on_event(record.event_log_entry)

    def _loop(self) -> None:
        since_status = 0.0
        while not self._done.wait(_POLL_S):
            self.drain()
            since_status += _POLL_S
            if self._interrupt and since_status >= _CANCEL_POLL_S:
                since_status = 0.0
                if self._was_cancelled():
                    os.kill(os.getpid(), signal.SIGINT)
                    return

    def _was_cancelled(self) -> bool:
        run = self._instance.get_run_by_id(self._run_id)
        return run is not None and run.status.value in {"CANCELING", "CANCELED"}
