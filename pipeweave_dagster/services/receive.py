"""Receive an upload: copy it from the landing zone, unchanged, to `raw/<sha256>`."""

import hashlib
import logging
from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import Skipped
from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload, SourcePull
from pipeweave_dagster.core.errors import not_found, unavailable, validation_error
from pipeweave_dagster.core.landing import Upload, newest, parse_settings, uploads_in
from pipeweave_dagster.core.naming import SETTINGS_FILE, dataset_of_key
from pipeweave_dagster.services.pulled_files import PULL_SUFFIX, received_pull
from pipeweave_dagster.services.zone_listing import ZoneListing, list_zone

logger = logging.getLogger(__name__)
_CHUNK = 4 << 20


def uploads_of(
    store: DocumentStore,
    dataset: str,
    zone: str = "uploads",
    listing: ZoneListing | None = None,
) -> list[Upload]:
    """Return all uploads of one data set in the landing zone, the oldest first.

    Args:
        store: The storage.
        dataset: Name of the data set.
        zone: The folder of the landing zone: `uploads`, `predict` or `labels`.
        listing: Its top, if it was listed already; where each of many data sets lists all folders,
            a thousand of them take seconds.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if a folder of this data set cannot be read: a part of
            its files is not the data set. What is wrong elsewhere does not matter here.
    """
    listing = listing or list_zone(store, zone)
    skipped, found = [*listing.skipped], [*listing.loose]
    for name in listing.folders.get(dataset, ()):
        found += store.storage.list(f"{listing.zone}/{name}/", skipped)
    listed = uploads_in(found)
    for entry in skipped:
        if dataset_of_key(f"{entry.place}x") == dataset:  # the x makes a folder a key
            _report_left_out(entry)
    return [u for u in listed if u.dataset == dataset]


def _report_left_out(entry: Skipped) -> None:
    if entry.unread:
        raise unavailable(
            f"A part of the uploads is missing: {entry.text}.",
            fix="Give the user of PipeWeave access to the folder.",
        )
    logger.warning("left out of the uploads: %s", entry.text)


def choose(store: DocumentStore, dataset: str, key: str | None, mode: str) -> list[Upload]:
    """Return the files that make up the data set now.

    Args:
        store: The storage.
        dataset: Name of the data set.
        key: The upload that the run was started for; None or a settings file means the newest.
        mode: `replace` (one file) or `append` (all files, oldest first).

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such upload.
    """
    files = [u for u in uploads_of(store, dataset) if not u.is_settings]
    if mode == "append" and files:
        return files
    wanted = None if key is None or key.endswith(f"/{SETTINGS_FILE}") else key
    chosen = next((u for u in files if u.key == wanted), None) if wanted else newest(files, dataset)
    if chosen is None:
        what = f"the upload {wanted!r}" if wanted else f"an upload of {dataset!r}"
        raise not_found(
            f"{store.storage.url} does not have {what}.",
            fix=f"Put a file into uploads/{dataset}/, or use 'pipeweave run FILE'.",
            dataset=dataset,
        )
    return [chosen]


def settings_of(
    store: DocumentStore, dataset: str, listing: ZoneListing | None = None
) -> DatasetSettings:
    """Return the data set's `pipeweave.yaml`, or the defaults; `listing` as for `uploads_of`."""
    files = [u for u in uploads_of(store, dataset, listing=listing) if u.is_settings]
    if not files:
        return DatasetSettings()
    return parse_settings(store.storage.get(files[-1].key), files[-1].key)


def receive(
    store: DocumentStore,
    dataset: str,
    uploads: list[Upload],
    settings: DatasetSettings,
    folder: Path,
    max_bytes: int,
) -> RawUpload:
    """Copy the files to `raw/<sha256>` and describe them.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if a file is larger than the limit (checked before it is
            read); SERVICE_UNAVAILABLE if it changes while it is copied.
    """
    files: list[RawFile] = []
    pulls: list[SourcePull] = []
    for number, upload in enumerate(uploads):
        if upload.file_name.endswith(PULL_SUFFIX):
            pulls.append(received_pull(store, upload.key, max_bytes))
            files += [part.file for part in pulls[-1].parts]
            continue
        check_size(upload.file_name, upload.size, max_bytes)
        files.append(_receive_one(store, upload, folder / f"upload-{number}"))
    return RawUpload(
        dataset=dataset,
        files=files,
        settings=settings,
        source=", ".join(pull.described for pull in pulls) or None,
        notes=[note for pull in pulls for note in pull.notes],
    )


def check_size(name: str, size: int, max_bytes: int) -> None:
    """Refuse a file that is too large.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the limit and its setting.
    """
    if size > max_bytes:
        raise validation_error(
            f"{name!r} has {size / (1 << 20):,.0f} MB, more than the limit of "
            f"{max_bytes >> 20:,} MB.",
            fix="Raise MAX_DATASET_SIZE_MB, or use a smaller file.",
            size_bytes=size,
            limit_bytes=max_bytes,
        )


def _receive_one(store: DocumentStore, upload: Upload, copy: Path) -> RawFile:
    before = store.storage.stat(upload.key)
    if before is None:
        raise not_found(f"The upload {upload.key!r} was deleted.", fix="Upload it again.")
    digest, size = _copied(store, upload.key, copy)
    after = store.storage.stat(upload.key)
    if after is None or after.version != before.version or size != before.size:
        raise unavailable(
            f"{upload.key!r} changed while it was read.", fix="It is retried automatically."
        )
    raw = RawFile(name=upload.file_name, sha256=digest, size_bytes=size)
    store.save_file(raw.key, copy)
    copy.unlink()
    return raw


def _copied(store: DocumentStore, key: str, copy: Path) -> tuple[str, int]:
    """Copy an object to a local file; return its sha256 and size in bytes."""
    store.storage.fetch(key, copy)
    digest, size = hashlib.sha256(), 0
    with copy.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
