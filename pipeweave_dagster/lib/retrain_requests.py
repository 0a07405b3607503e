"""Which data sets are retrained now: those that are due and have something new to learn from."""

from typing import NamedTuple

from pipeweave_dagster.adapters.state import DocumentStore, Head
from pipeweave_dagster.core.retraining import Due
from pipeweave_dagster.lib.reuse_key import upload_key
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.receive import choose, settings_of
from pipeweave_dagster.services.retraining import record_request, record_skip, retrain_state
from pipeweave_dagster.services.zone_listing import list_zone
from pipeweave_dagster.settings import Settings

MOST_REQUESTS = 200
"""Requests of one look at most: each costs about 0.3 s, and the next look is minutes later."""


class Request(NamedTuple):
    """A data set to retrain, and why."""

    dataset: str
    reason: str


class Found(NamedTuple):
    """What is retrained, and one sentence for each data set that is due and skipped."""

    due: list[Request]
    skipped: list[str]


def requests(store: DocumentStore, settings: Settings, now: float) -> Found:
    """Return the data sets to retrain now; each request is recorded and begins the cool-down.

    Where more are due than one look may request, the next looks request the others.
    """
    found, listing = Found([], []), list_zone(store)
    for name in store.datasets():
        if len(found.due) >= MOST_REQUESTS:
            found.skipped.append(f"{MOST_REQUESTS} at a time; what else is due waits for the next")
            break
        problems: list[str] = []
        with contained(name, problems):
            state = retrain_state(store, name, settings, now, listing)
            if state is not None and state.due is not None:
                _look_at(store, name, settings, now, state.due, found)
        found.skipped.extend(f"{name}: {problem}" for problem in problems)
    return found


def _look_at(
    store: DocumentStore, name: str, settings: Settings, now: float, due: Due, found: Found
) -> None:
    head, attempt = store.head(name), store.attempt(name)
    if head is None:
        return
    if attempt is not None and attempt.state == "running":
        found.skipped.append(f"{name}: {due.reason}, but a run is under way")
    elif is_unchanged(store, head, settings):
        reason = f"skipped, nothing is new since run {head.entries['model'].run_id[:8]}"
        record_skip(store, name, reason, now)
        found.skipped.append(f"{name}: {due.reason}; {reason}")
    else:
        record_request(store, name, due, now)
        found.due.append(Request(name, due.reason))


def is_unchanged(store: DocumentStore, head: Head, settings: Settings) -> bool:
    """Return whether a run would find the uploads and settings that the model was trained with."""
    upload = head.entries.get("raw_upload")
    if upload is None or "model" in head.stale():
        return False
    own = settings_of(store, head.dataset)
    uploads = choose(store, head.dataset, None, own.mode)
    return upload.key == upload_key([u.version for u in uploads], own, settings.max_dataset_bytes)
