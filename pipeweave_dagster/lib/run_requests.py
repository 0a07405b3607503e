"""Sensors of the landing zone: from arrivals to run requests, each version once."""

import hashlib
import time
from collections.abc import Callable, Iterable

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.landing import Arrivals, Seen, Upload, arrivals, uploads_in
from pipeweave_dagster.lib.console_logs import PRINTED
from pipeweave_dagster.lib.partitions import (
    DATASETS,
    SETTINGS_VERSION_TAG,
    UPLOAD_VERSION_TAG,
    AssetJob,
)
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.services.upload_locks import claimed_keys

# A run request costs about 0.3 s on SQLite; more of them in one tick would block the daemon.
MAX_REQUESTS = 20
_INTERVAL_S = 3
_SEEN_FOLDER = "sensors"


def landing_sensor(
    name: str,
    job: AssetJob,
    workbench: WorkbenchResource,
    *,
    folder: str,
    tag: str,
    description: str,
) -> dg.SensorDefinition:
    """A sensor that starts a run for every new version of every file below a folder.

    Args:
        name: Name of the sensor.
        job: What it starts.
        workbench: Where the landing zone is.
        folder: Folder of the landing zone.
        tag: Run tag that tells the file's key.
        description: For the web UI.
    """

    def request(upload: Upload) -> dg.RunRequest:
        return dg.RunRequest(
            run_key=f"{upload.dataset}-{upload.version}",
            partition_key=upload.dataset,
            tags={tag: upload.key, UPLOAD_VERSION_TAG: upload.version},
            run_config=PRINTED,
        )

    @dg.sensor(
        name=name,
        job=job,
        minimum_interval_seconds=_INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with workbench.open() as bench:
            whole = bench.settings.storage_is_s3
            return look(context, bench.store, f"{folder}/", request, whole=whole)

    return sensor


def load_seen(store: DocumentStore, sensor: str, cursor: str | None) -> Seen:
    """What earlier ticks found; it lies in the storage under its hash, which is the cursor.

    (A listing of thousands of keys in the cursor itself would bloat Dagster's database.)
    """
    found = store.storage.get_tagged(_seen_key(sensor, cursor)) if cursor else None
    return Seen.model_validate_json(found[0]) if found else Seen()


def save_seen(store: DocumentStore, sensor: str, seen: Seen, cursor: str | None) -> str:
    """Store what was seen and give the new cursor.

    The record of the present cursor stays until the next change: Dagster keeps the new cursor
    only when the tick ends well.
    """
    data = seen.model_dump_json().encode()
    new = hashlib.sha256(data).hexdigest()[:32]
    if new == cursor:
        return new
    keep = {_seen_key(sensor, new), _seen_key(sensor, cursor or "")}
    store.storage.put(_seen_key(sensor, new), data)
    for found in list(store.storage.list(f"{_SEEN_FOLDER}/{sensor}/")):
        if found.key not in keep:
            store.storage.delete(found.key)
    return new


def _seen_key(sensor: str, cursor: str) -> str:
    return f"{_SEEN_FOLDER}/{sensor}/{cursor}.json"


def look(
    context: dg.SensorEvaluationContext,
    store: DocumentStore,
    prefix: str,
    request: Callable[[Upload], dg.RunRequest],
    *,
    whole: bool,
) -> dg.SensorResult | dg.SkipReason:
    """One tick: list, compare, request a run for each new version, remember.

    A listing that fails raises, so the tick is shown as failed and nothing is forgotten.
    """
    sensor = context.sensor_name
    seen = load_seen(store, sensor, context.cursor)
    held = claimed_keys(store)
    uploads = [u for u in uploads_in(store.storage.list(prefix)) if u.key not in held]
    found = arrivals(uploads, seen, now=time.time(), whole=whole, limit=MAX_REQUESTS)
    fresh = [u for u in _one_run_each(found) if not _was_started(context.instance, u)]
    cursor = save_seen(store, sensor, found.seen, context.cursor)
    if not fresh:
        context.update_cursor(cursor)
        return dg.SkipReason(f"nothing new; {found.waiting} waiting to stand still")
    names = sorted({u.dataset for u in fresh})
    known = set(context.instance.get_dynamic_partitions(str(DATASETS.name)))
    new = [name for name in names if name not in known]
    return dg.SensorResult(
        run_requests=[request(u) for u in fresh],
        dynamic_partitions_requests=[DATASETS.build_add_request(new)] if new else [],
        cursor=cursor,
    )


def _one_run_each(found: Arrivals) -> Iterable[Upload]:
    """A `pipeweave.yaml` that arrives with its data needs no run of its own."""
    with_data = {u.dataset for u in found.ready if not u.is_settings}
    return [u for u in found.ready if not (u.is_settings and u.dataset in with_data)]


def _was_started(instance: dg.DagsterInstance, upload: Upload) -> bool:
    """Whether a run of this version exists already (the command line's, or one before a crash)."""
    names = (
        [UPLOAD_VERSION_TAG, SETTINGS_VERSION_TAG] if upload.is_settings else [UPLOAD_VERSION_TAG]
    )
    return any(
        instance.get_runs_count(dg.RunsFilter(tags={name: upload.version})) > 0 for name in names
    )
