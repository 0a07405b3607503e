"""Start runs for a data set through Dagster's web server."""

import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from pipeweave_dagster.adapters.dagster_server import DagsterServer, Launch
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.asset_catalog import Job, assets_of
from pipeweave_dagster.core.landing import Upload, settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.options_check import check_read_uploads
from pipeweave_dagster.services.receive import choose, settings_of
from pipeweave_dagster.services.upload_completion import complete_upload
from pipeweave_dagster.services.upload_locks import lock_upload
from pipeweave_dagster.services.upload_tickets import find_ticket

JOB: Job = "process_dataset"
# Names of `lib.partitions`, which only code that knows Dagster can import; a test compares them.
UPLOAD_TAG = "pipeweave/upload"
UPLOAD_VERSION_TAG = "pipeweave/upload_version"
SETTINGS_VERSION_TAG = "pipeweave/settings_version"
REASON_TAG = "pipeweave/reason"
UPLOAD_ID_TAG = "pipeweave/upload_id"


class _Turn:
    """Whoever holds it completes an upload; others of this process wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


_TURNS: WeakValueDictionary[str, _Turn] = WeakValueDictionary()


def start_job(
    store: DocumentStore,
    server: DagsterServer,
    dataset: str,
    chosen: Mapping[str, Any],
    *,
    reason: str,
    until: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Queue a run that processes the uploads of a data set, and return it.

    Args:
        store: Where the uploads are.
        server: Where the run is started.
        dataset: The data set.
        chosen: `target`, `metric`, `quality`, `time_budget_s`, `train_for` and `upload` (a file's
            name), each optional; they hold for this run.
        reason: Why it runs, for lists.
        until: The last asset that is made, such as `pipeline`; None for all.
        tags: Further tags of the run.

    Raises:
        PipeWeaveError: NOT_FOUND if there is nothing to process, VALIDATION_ERROR for settings that
            are not valid or a target that is not a column, SERVICE_UNAVAILABLE if Dagster's web
            server does not respond.
    """
    given = {key: value for key, value in chosen.items() if value is not None}
    name = given.pop("upload", None)
    settings_from(given, "the request")
    key = f"uploads/{dataset}/{name}" if name else None
    uploads = choose(store, dataset, key, settings_of(store, dataset).mode)
    if key:
        given["upload"] = key
    check_read_uploads(store, dataset, uploads, given.get("target"))
    launch = Launch(
        JOB,
        dataset,
        tags=_tags(store, dataset, uploads[-1]) | {REASON_TAG: reason[:200], **(tags or {})},
        config={"raw_upload": given},
        assets=_assets_until(until),
    )
    run_id = server.launch(launch)
    asked = {"job": JOB, "until": until, **given}
    audit.record(store, "run", dataset, version=run_id, after=asked, reason=reason)
    return server.run(run_id)


def complete_and_start(
    store: DocumentStore,
    server: DagsterServer,
    dataset: str,
    upload: tuple[str, int, str],
    chosen: Mapping[str, Any],
    *,
    reason: str,
) -> dict[str, Any]:
    """Let an upload show and start its run before a sensor can start one without the options.

    Repeating it, as after a time-out, starts nothing and returns the job that was started.

    Args:
        store: Where the upload is.
        server: Where the run is started.
        dataset: The data set.
        upload: Id, size in bytes and sha256; see `complete_upload`.
        chosen: Options of the run; see `start_job`.
        reason: Why it runs, for lists.

    Raises:
        PipeWeaveError: As both. The upload may be complete then; repeating is harmless.
    """
    ticket = find_ticket(store, upload[0])
    tags = {UPLOAD_ID_TAG: ticket.upload_id}
    turn = _TURNS.setdefault(ticket.upload_id, _Turn())
    with turn.lock, lock_upload(store, ticket.key):
        done = complete_upload(store, dataset, *upload)
        known = server.runs({"tags": [{"key": k, "value": v} for k, v in tags.items()]}, 1)
        if known:
            return done | {"job": known[0]}
        given = {**chosen, "upload": ticket.key.rpartition("/")[2]}
        return done | {"job": start_job(store, server, dataset, given, reason=reason, tags=tags)}


def _assets_until(last: str | None) -> tuple[str, ...]:
    if last is None:
        return ()
    assets = assets_of(JOB)
    made = assets[: assets.index(last) + 1]
    return tuple(a for a in made if last != "eda_report" or a != "findings")


def _tags(store: DocumentStore, dataset: str, upload: Upload) -> dict[str, str]:
    """Return the tags by which the sensor knows that this upload has its run."""
    tags = {UPLOAD_TAG: upload.key, UPLOAD_VERSION_TAG: upload.version}
    written = store.storage.stat(f"uploads/{dataset}/{SETTINGS_FILE}")
    return tags if written is None else tags | {SETTINGS_VERSION_TAG: written.version}
