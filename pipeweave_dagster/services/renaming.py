"""Give a data set another name: its files, documents, records, predictions and registered model.

Everything is copied first and removed last, and `datasets/<new>/RENAMING.json` says what is under
way, so that a rename that was interrupted is finished by the same command.
"""

import contextlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import Storage, StoredObject
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.landing import Seen
from pipeweave_dagster.core.naming import check_slug, dataset_of_key
from pipeweave_dagster.services.champion import model_name
from pipeweave_dagster.services.stored_references import (
    addresses_in,
    changed_documents,
    changed_record,
    mapped,
    reachable,
)
from pipeweave_dagster.services.tracking import experiment_name
from pipeweave_dagster.services.workbench import Workbench

_LANDING = ("uploads", "predict", "labels")
_RECORDS = ("datasets", "predictions")
_SEEN = "sensors/"


class Renaming(Part):
    """The data set whose copy is under way; `datasets/<new>/RENAMING.json`."""

    old: str


def check_names(store: DocumentStore, old: str, new: str) -> None:
    """Refuse names between which a data set cannot be moved.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such data set, VALIDATION_ERROR if the new name is
            taken or invalid, or if the data set is pulled from a source, which names it.
    """
    check_slug(new)
    if not objects_of(store.storage, old):
        raise not_found(f"There is no data set {old!r}.", fix="See 'pipeweave datasets ls'.")
    if store.storage.stat(f"sources/{old}.yaml"):
        raise validation_error(
            f"{old!r} is pulled from a source, whose file names it.",
            fix=f"Copy sources/{old}.yaml to sources/{new}.yaml, pull it, and remove {old!r}.",
        )
    begun = store.records.read(_marker(new), Renaming)
    if begun is not None and begun.old == old:
        return
    if objects_of(store.storage, new) or old == new:
        raise validation_error(
            f"There is a data set {new!r} already.", fix="Choose another name, or remove it first."
        )


def objects_of(storage: Storage, dataset: str) -> list[StoredObject]:
    """Return every object of a data set, also in folders that spell its name otherwise."""
    found = [o for top in _RECORDS for o in storage.list(f"{top}/{dataset}/")]
    for zone in _LANDING:
        folders, beside = storage.shallow(zone, [])
        found += [o for o in beside if dataset_of_key(o.key) == dataset]
        for name in folders:
            if dataset_of_key(f"{zone}/{name}/x") == dataset:
                found += storage.list(f"{zone}/{name}/")
    return found


def copy_data_set(store: DocumentStore, old: str, new: str, *, dry: bool) -> dict[str, int]:
    """Copy everything of a data set under its new name.

    Returns:
        Objects by area, and how many documents got another address.
    """
    objects = objects_of(store.storage, old)
    records = [o for o in objects if _is_record(o.key)]
    found = {a for o in records for a in addresses_in(_read(store.storage, o.key))}

    def change(content: Any) -> Any:
        return _renamed(content, old, new)

    moved = changed_documents(store, reachable(store, found), change, dry=dry)
    counts = {"documents": len(moved)}
    if not dry:
        store.records.write(_marker(new), Renaming(old=old))
    targets = _targets(objects, new)
    # The landing zone comes last: a sensor may look at any moment.
    for stored in sorted(objects, key=lambda o: o.key.split("/")[0] in _LANDING):
        area = stored.key.partition("/")[0]
        counts[area] = counts.get(area, 0) + 1
        if dry:
            continue
        target = targets[stored.key]
        if _is_record(stored.key):
            data = changed_record(_read(store.storage, stored.key), change, moved)
            store.storage.put(target, data)
        else:
            _copy(store.storage, stored.key, target)
    if not dry:
        _keep_seen(store, {k: t for k, t in targets.items() if _in_landing(k)})
        _keep_age(store, new, [o for o in objects if o.key.startswith("uploads/")])
    return counts


def remove_old(store: DocumentStore, old: str, new: str) -> None:
    """Remove what was copied, the landing zone first, and then the mark of the rename."""
    for stored in sorted(objects_of(store.storage, old), key=lambda o: -_in_landing(o.key)):
        store.storage.delete(stored.key)
    store.storage.delete(_marker(new))


def rename_in_mlflow(workbench: Workbench, old: str, new: str) -> None:
    """Rename the registered model and the experiment of a data set."""
    workbench.on_model(
        mlflow_store.rename_model,
        tracking_uri=workbench.settings.tracking_uri,
        models=(model_name(old), model_name(new)),
        experiments=(experiment_name(old), experiment_name(new)),
    )


def _renamed(content: Any, old: str, new: str) -> Any:
    prefixes = {f"{area}/{old}/": f"{area}/{new}/" for area in (*_LANDING, *_RECORDS)}
    models = f"models:/{model_name(old)}/"
    prefixes[models] = f"models:/{model_name(new)}/"

    def change(text: str) -> str:
        if text == model_name(old):
            return model_name(new)
        for before, after in prefixes.items():
            if text.startswith(before):
                return after + text.removeprefix(before)
        return text

    content = mapped(content, change)
    if isinstance(content, dict) and content.get("dataset") == old:
        content["dataset"] = new
    if isinstance(content, dict) and isinstance(content.get("error"), dict):  # LAST.json
        texts = {key: content[key] for key in ("error", "blocked") if key in content}
        content |= mapped(texts, lambda text: _advised(text, old, new))
    return content


def _advised(text: str, old: str, new: str) -> str:
    """Return a text whose commands and folders name the data set by its new name."""
    before = rf"(\bpipeweave (?:[a-z]+ ){{1,2}}|\b(?:{'|'.join(_LANDING)})/)"
    return re.sub(rf"{before}{re.escape(old)}(?![\w-])", rf"\g<1>{new}", text)


def _keep_seen(store: DocumentStore, moved: dict[str, str]) -> None:
    """Mark the copies as seen by the sensors, which would score or train on each again."""
    copies = {key: store.storage.stat(target) for key, target in moved.items()}
    for stored in list(store.storage.list(_SEEN)):
        seen = None
        if stored.key.endswith(".json"):
            with contextlib.suppress(ValueError):
                seen = Seen.model_validate_json(_read(store.storage, stored.key))
        known = {key for key in moved if seen and key in seen.started}
        if seen is None or not known:
            continue
        started = {key: version for key, version in seen.started.items() if key not in known}
        started |= {moved[k]: copy.version for k in known if (copy := copies[k]) is not None}
        changed = seen.model_copy(update={"started": started})
        store.storage.put(stored.key, changed.model_dump_json().encode())


def _keep_age(store: DocumentStore, new: str, before: Sequence[StoredObject]) -> None:
    """Note that the copies of uploads are newer than the last run, but were seen by it.

    If one of them landed after the run began, it still waits for its own.
    """
    attempt = store.attempt(new)
    if attempt is None or any(o.modified > attempt.started_at for o in before):
        return
    newest = max((o.modified for o in store.storage.list(f"uploads/{new}/")), default=0.0)
    store.save_attempt(new, attempt.model_copy(update={"seen_until": newest}))


def _targets(objects: Sequence[StoredObject], new: str) -> dict[str, str]:
    """Return the new key of each object; of equal ones, the later keeps the name of its folder."""
    targets: dict[str, str] = {}
    for key in sorted((o.key for o in objects), key=lambda k: (k != k.lower(), k)):
        area, _, rest = key.partition("/")
        folder, slash, inside = rest.partition("/")
        target = f"{area}/{new}/{inside if slash else folder}"
        targets[key] = f"{area}/{new}/{rest}" if target in targets.values() else target
    return targets


def _is_record(key: str) -> bool:
    return key.partition("/")[0] in _RECORDS and key.endswith(".json")


def _in_landing(key: str) -> bool:
    return key.partition("/")[0] in _LANDING


def _read(storage: Storage, key: str) -> bytes:
    stored = storage.get_tagged(key)
    return stored[0] if stored else b""


def _copy(storage: Storage, source: str, target: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = storage.local_path(source)
        if path is None:
            path = Path(name) / "copy"
            storage.fetch(source, path)
        storage.put_file(target, path)


def _marker(new: str) -> str:
    return f"datasets/{new}/RENAMING.json"
