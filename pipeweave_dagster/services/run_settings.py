"""Settings for the next run: checked against the data before it starts, then written."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Findings,
    SchemaDeduction,
)
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.landing.merge_settings import merge_settings
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.settings_file import Written, write_settings
from pipeweave_dagster.services.upload_completion import complete_upload
from pipeweave_dagster.services.upload_locks import lock_upload
from pipeweave_dagster.services.upload_previews import Preview, forget_preview
from pipeweave_dagster.services.workbench import Workbench


def changed_settings(
    store: DocumentStore, dataset: str, patch: dict[str, Any], replaced: Collection[str] = ()
) -> DatasetSettings:
    """Return the settings of a data set as they would be with a patch; nothing is written.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the result is not valid.
    """
    current = settings_of(store, dataset).model_dump(mode="json", exclude_defaults=True)
    others = {key: value for key, value in current.items() if key not in replaced}
    return settings_from(merge_settings(others, patch), SETTINGS_FILE)


def check_settings(
    bench: Workbench, snapshot: DatasetSnapshot, data: Path, settings: DatasetSettings
) -> SchemaDeduction:
    """Return what the columns mean under these settings, in a bounded child process.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for what would stop the run: columns that do not exist, a
            type that is none, a metric or a class that does not suit the target.
    """
    from pipeweave_dagster.core.pipelines.objective import (
        choose_metric,
        refuse_settings_of_two_classes,
        sensitive_columns,
    )
    from pipeweave_dagster.core.pipelines.split_choice import choose_split

    found = bench.on_data(deduce, snapshot=snapshot, data=data, settings=settings)
    if found.target.task is not None:
        refuse_settings_of_two_classes(settings, found)
        choose_metric(settings, found.target.task, Findings(findings=[]))
    choose_split(found, settings, snapshot.rows)
    sensitive_columns(found, settings)
    return found


def start_upload(
    store: DocumentStore, preview: Preview, patch: dict[str, Any], replaced: Collection[str] = ()
) -> None:
    """Write the settings, and move the waiting file into the landing zone: its run starts.

    The sensor sees both at once, so that the file has one run. What was kept to show the file is
    removed: it has values that the settings may hash or leave out.
    """
    dataset = preview.dataset
    file = f"uploads/{dataset}/{preview.file_name}"
    with (
        lock_upload(store, file),
        lock_upload(store, f"uploads/{dataset}/{SETTINGS_FILE}"),
    ):
        if patch:
            save_settings(store, dataset, patch, replaced)
        complete_upload(
            store, dataset, preview.upload_id, preview.file.size_bytes, preview.file.sha256
        )
        forget_preview(store, preview.upload_id)


def save_settings(
    store: DocumentStore, dataset: str, patch: dict[str, Any], replaced: Collection[str] = ()
) -> Written:
    """Write settings into the file of a data set; the sensor starts a run for the change."""
    return write_settings(store, dataset, patch, replaced=replaced)
