"""Leases of runs: a small object that a run renews while its process lives, from any machine.

Whether a process on another machine or in another container is alive cannot be seen, so a run
writes `leases/<run_id>.json` every few seconds. Whoever finds a lease that has not changed for long
enough may revoke it, by compare-and-swap: either the run renews it first, or the run finds it
revoked and stops. Clocks of two machines are never compared.
"""

import time
from collections.abc import Callable
from typing import Literal

from pydantic import ValidationError

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Part

RENEWED_EVERY_S = 15.0
EXPIRES_S = 90.0
FOLDER = "leases"


class Lease(Part):
    """The record: which process has it, how often it was renewed, and whether it still counts."""

    process: str
    beat: int = 0
    state: Literal["held", "ended", "revoked"] = "held"


def lease_key(run_id: str) -> str:
    """Return the key of a run's lease."""
    return f"{FOLDER}/{run_id}.json"


def renew(
    store: DocumentStore, run_id: str, process: str, state: Literal["held", "ended"] = "held"
) -> bool:
    """Take or renew the lease of a run; return False if it was revoked.

    Args:
        store: Where leases are.
        run_id: The run.
        process: Name of the process that executes it.
        state: `ended` for the last time, when the run's work is done.
    """
    key = lease_key(run_id)
    for _ in range(3):
        stored = store.storage.get_tagged(key)
        lease = _parsed(stored[0]) if stored else Lease(process=process)
        if lease.state == "revoked":
            return False
        new = Lease(process=process, beat=lease.beat + 1, state=state)
        tag = stored[1] if stored else None
        if store.storage.put_if_match(key, new.model_dump_json().encode(), tag):
            return True
    return True  # someone else changed it just now; the next renewal shows whether it was revoked


class RunWatch:
    """Remembers since when each run looks the same, by the monotonic clock of this process.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[str, float]] = {}

    def unchanged_s(self, run_id: str, token: str) -> float:
        """Return for how many seconds a run has had this token at every look; 0 at the first."""
        known = self._seen.get(run_id)
        if known is None or known[0] != token:
            self._seen[run_id] = (token, self._clock())
            return 0.0
        return self._clock() - known[1]

    def forget_all_but(self, run_ids: set[str]) -> None:
        """Forget runs that have ended."""
        self._seen = {run_id: seen for run_id, seen in self._seen.items() if run_id in run_ids}


def revoke_if_expired(store: DocumentStore, run_id: str, watch: RunWatch) -> bool:
    """Revoke a lease that has not changed for EXPIRES_S.

    Returns:
        Whether the lease is revoked now, so that the run can be ended. Nothing is known about a
        run without a lease: an earlier release started it.
    """
    stored = store.storage.get_tagged(lease_key(run_id))
    if stored is None:
        return False
    data, tag = stored
    lease = _parsed(data)
    if lease.state == "revoked":
        return True
    if watch.unchanged_s(run_id, tag) < EXPIRES_S:
        return False
    revoked = lease.model_copy(update={"state": "revoked"}).model_dump_json().encode()
    return store.storage.put_if_match(lease_key(run_id), revoked, tag)


def _parsed(data: bytes) -> Lease:
    """Return the record; a broken one counts as held, and is replaced when it is renewed."""
    try:
        return Lease.model_validate_json(data)
    except ValidationError:
        return Lease(process="")
