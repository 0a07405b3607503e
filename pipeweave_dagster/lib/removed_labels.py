"""Files of labels that were removed: a run reads all of a data set, so it has to read them anew."""

from collections.abc import Iterable

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.landing import Arrivals, Upload
from pipeweave_dagster.core.naming import SETTINGS_FILE, dataset_of_key
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.receive import uploads_of


def with_removals(
    store: DocumentStore, arrived: Arrivals, listed: Iterable[Upload], limit: int
) -> Arrivals:
    """Add one upload for each data set whose labels are fewer than before.

    It has the key of a removed file, and a version that no other change of these labels has. A
    file that is moved away and back has the version that it had, but changes the labels twice. So
    the versions of files that arrive after a removal count the removals, too.

    Args:
        store: The storage.
        arrived: What a listing of labels has found.
        listed: The files that are there, also those that are locked.
        limit: Maximum number of uploads to start now; other removals are found again next time.
    """
    gone = _by_data_set(store, arrived, {u.key for u in listed})
    arriving = {u.dataset for u in arrived.ready}
    alone = [name for name in gone if name not in arriving]
    now = {*alone[: max(0, limit - len(arrived.ready))], *(arriving & gone.keys())}
    later = {gone[name]: arrived.gone[gone[name]] for name in gone if name not in now}
    removed = dict(arrived.seen.removed)
    removed |= {name: removed.get(name, 0) + 1 for name in now}
    seen = arrived.seen.model_copy(
        update={"removed": removed, "started": {**arrived.seen.started, **later}}
    )
    ready = [
        _removal(name, gone[name], f"{arrived.gone[gone[name]]}-removed-{removed[name]}")
        for name in alone
        if name in now
    ]
    ready += [_counted(upload, removed.get(upload.dataset, 0)) for upload in arrived.ready]
    return arrived.model_copy(update={"ready": ready, "seen": seen})


def _by_data_set(store: DocumentStore, arrived: Arrivals, there: set[str]) -> dict[str, str]:
    """Return a removed file for each data set that was measured with it.

    A data set that is removed itself, or renamed, loses its uploads before its labels.
    """
    found: dict[str, str] = {}
    for key in arrived.gone:
        name = dataset_of_key(key)
        if name is not None and key not in there and not key.endswith(f"/{SETTINGS_FILE}"):
            found[name] = key
    return {
        name: key
        for name, key in found.items()
        if history_of(store, name).batches and uploads_of(store, name)
    }


def _removal(dataset: str, key: str, version: str) -> Upload:
    return Upload(dataset=dataset, key=key, version=version, size=0, modified=0.0)


def _counted(upload: Upload, removals: int) -> Upload:
    if not removals:
        return upload
    return upload.model_copy(update={"version": f"{upload.version}-{removals}"})
