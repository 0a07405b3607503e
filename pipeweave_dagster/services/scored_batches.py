"""The batches of a history as files, with the model versions that scored them."""

from collections.abc import Sequence
from pathlib import Path

from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.core.performance import ModelVersion, ScoredFile
from pipeweave_dagster.services.model_versions import find_version, pipeline_of
from pipeweave_dagster.services.workbench import Workbench


def versions_of(
    workbench: Workbench, dataset: str, records: Sequence[BatchRecord]
) -> list[ModelVersion]:
    """Return the versions that scored the batches, that of the newest batch last.

    Only those with the newest target: labels have no other.
    """
    store = workbench.store
    found: list[ModelVersion] = []
    for number in dict.fromkeys(record.model_version for record in reversed(records)):
        documents, spec = find_version(store, dataset, number), None
        if documents is not None:
            spec = pipeline_of(store, dataset, number)
        if documents is None or spec is None:
            continue
        trained = documents[0]
        if found and trained.target != found[0].trained.target:
            continue
        rows = store.payload(trained.test_rows)
        found.append(ModelVersion(version=number, trained=trained, spec=spec, test_rows=rows))
    return found[::-1]


def scored_files(
    workbench: Workbench, records: Sequence[BatchRecord], folder: Path
) -> list[ScoredFile]:
    """Return the batches whose predictions still exist, as local files."""
    files = []
    for number, record in enumerate(records):
        copy = folder / f"predictions-{number}.parquet"
        path = stored_predictions(workbench, record.predictions_key, copy)
        if path is not None:
            files.append(ScoredFile(record=record, predictions=path))
    return files


def stored_predictions(workbench: Workbench, key: str, copy: Path) -> Path | None:
    """Return a local file of stored predictions, copied if they are remote; None if removed."""
    storage = workbench.store.storage
    if storage.stat(key) is None:
        return None
    path = storage.local_path(key)
    if path is None:
        storage.fetch(key, copy)
        path = copy
    return path
