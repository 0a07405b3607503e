"""The heartbeat of a run: renews its lease, and stops the run if the lease was revoked."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.run_leases import RENEWED_EVERY_S, renew

logger = logging.getLogger(__name__)
_LOOKS = 2


def stop_this_process() -> None:
    """Interrupt this process as a cancellation does; its workers are killed on the way."""
    os.kill(os.getpid(), signal.SIGINT)


@contextlib.contextmanager
def heartbeat(
    store: DocumentStore,
    run_id: str,
    process: str,
    *,
    unwanted: Callable[[], bool] = lambda: False,
    every_s: float = RENEWED_EVERY_S,
    stop: Callable[[], None] = stop_this_process,
) -> Iterator[None]:
    """Renew the lease of a run while the block runs.

    A storage that does not respond does not end a run: the lease is renewed once it responds again.

    Args:
        store: Where leases are.
        run_id: The run.
        process: Name of this process.
        unwanted: Whether Dagster has ended the run. Its code server cancels runs, but not those of
            a code server that was killed. Asked twice, since a run that is canceled needs a moment.
        every_s: Seconds between renewals.
        stop: Called if the run is unwanted or its lease was revoked: it was declared dead, and may
            have been started again elsewhere.
    """
    ended = threading.Event()

    def beat() -> None:
        seen = 0
        while True:
            try:
                seen = seen + 1 if unwanted() else 0
                if seen >= _LOOKS or not renew(store, run_id, process):
                    logger.error("This run has been ended from outside; its process stops.")
                    stop()
                    return
            except Exception as error:  # noqa: BLE001 - every database has errors of its own
                logger.warning("The lease of this run was not renewed: %s", error)
            if ended.wait(every_s):
                return

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=every_s)
        with contextlib.suppress(PipeWeaveError, OSError):
            renew(store, run_id, process, "ended")
