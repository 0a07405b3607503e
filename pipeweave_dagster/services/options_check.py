"""Options of one run, such as its target, checked against the data before the run starts."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import DatasetSnapshot, RawUpload
from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.core.schema.column_lookup import find_only_column
from pipeweave_dagster.core.schema.no_target import none_is_wanted
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.run_settings import changed_settings, check_settings
from pipeweave_dagster.services.upload_previews import preview_data, preview_of
from pipeweave_dagster.services.upload_tickets import data_key, find_ticket
from pipeweave_dagster.services.workbench import Workbench

LARGEST_READ = 64 << 20
"""Bytes of the largest waiting file that is read for the check; others are checked by their run."""


def can_be_checked(store: DocumentStore, upload_id: str, chosen: Mapping[str, Any]) -> bool:
    """Return whether there is a target to look up in a waiting file that is not too large.

    What has not arrived, or has landed already, is left to its completion.

    Raises:
        PipeWeaveError: NOT_FOUND for an unknown upload.
    """
    if not chosen.get("target") or find_ticket(store, upload_id).version is not None:
        return False
    arrived = store.storage.stat(data_key(upload_id))
    return arrived is not None and arrived.size <= LARGEST_READ


def check_waiting_upload(bench: Workbench, upload_id: str, chosen: Mapping[str, Any]) -> None:
    """Refuse options that the file of an upload does not suit; it is read in a child process.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the columns for a target that is none, and for a
            metric that does not suit it; also if the file is not a table.
    """
    preview = preview_of(bench, upload_id)
    settings = changed_settings(bench.store, preview.dataset, dict(chosen))
    with tempfile.TemporaryDirectory(dir=bench.store.cache) as folder:
        data = preview_data(bench.store, preview, Path(folder))
        check_settings(bench, preview.snapshot, data, settings)


def check_read_uploads(
    store: DocumentStore, dataset: str, uploads: Sequence[Upload], target: str | None
) -> None:
    """Refuse a target that the files do not have, if a run has read exactly these files before.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the columns.
    """
    entries = store.last_with(dataset, "raw_upload", "dataset")
    if not target or not entries:
        return
    read = store.load(entries["raw_upload"].document, RawUpload)
    known = [(file.name, file.size_bytes) for file in read.files]
    if known == [(upload.file_name, upload.size) for upload in uploads]:
        snapshot = store.load(entries["dataset"].document, DatasetSnapshot)
        wanted = settings_of(store, dataset).model_copy(update={"target": target})
        if not none_is_wanted(wanted, snapshot):
            find_only_column(target, snapshot, "The target", wanted)
