"""The documents of each registered model version, recorded beside MLflow.

`datasets/<dataset>/models/<version>.json` maps a version to its documents, so that the champion
can score and be compared. It is written once per version.
"""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    Part,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found


class VersionRecord(Part):
    """Addresses of the documents of one model version: its own, and what it was made from.

    The latter two are None for versions that are older than these fields.
    """

    version: str
    trained: str
    evaluation: str
    pipeline: str | None = None
    dataset: str | None = None


def save_version(
    store: DocumentStore,
    dataset: str,
    trained: TrainedModel,
    evaluation: Evaluation,
    origin: tuple[PipelineSpec, DatasetSnapshot],
) -> None:
    """Record the documents of the version that `trained` was registered as."""
    if trained.mlflow is None:
        return
    version = trained.mlflow.model_version
    spec, snapshot = origin
    record = VersionRecord(
        version=version,
        trained=store.save(trained),
        evaluation=store.save(evaluation),
        pipeline=store.save(spec),
        dataset=store.save(snapshot),
    )
    store.records.write(_key(dataset, version), record)


def load_version(
    store: DocumentStore, dataset: str, version: str
) -> tuple[TrainedModel, Evaluation]:
    """Return the documents of a version.

    Raises:
        PipeWeaveError: NOT_FOUND if the version is not in this storage.
    """
    record = _record(store, dataset, version)
    trained = store.load(record.trained, TrainedModel)
    return trained, store.load(record.evaluation, Evaluation)


def find_version(
    store: DocumentStore, dataset: str, version: str
) -> tuple[TrainedModel, Evaluation] | None:
    """Return the documents of a version, or None if one of them is not in this storage."""
    try:
        return load_version(store, dataset, version)
    except PipeWeaveError as error:
        if error.code is ErrorCode.NOT_FOUND:
            return None
        raise


def load_origin(
    store: DocumentStore, dataset: str, version: str
) -> tuple[PipelineSpec, DatasetSnapshot]:
    """Return the pipeline and the typed table that a version was made from.

    Raises:
        PipeWeaveError: NOT_FOUND if the version or its origin is not in this storage.
    """
    record = _record(store, dataset, version)
    if record.pipeline is None or record.dataset is None:
        raise not_found(
            f"Table and pipeline of version {version} of the model of {dataset!r} were not kept.",
            fix="Run the data set again: newer versions keep them.",
        )
    return store.load(record.pipeline, PipelineSpec), store.load(record.dataset, DatasetSnapshot)


def pipeline_of(store: DocumentStore, dataset: str, version: str) -> PipelineSpec | None:
    """Return the pipeline of a version, or None if it was not kept."""
    address = _record(store, dataset, version).pipeline
    return store.load(address, PipelineSpec) if address else None


def document_address(store: DocumentStore, dataset: str, version: str) -> str:
    """Return the address of the document of a version."""
    return _record(store, dataset, version).trained


def trained_address(store: DocumentStore, dataset: str, version: str) -> str:
    """Return the address of the document of the training that a version comes from.

    That of a readable twin is the training of its model.
    """
    own = _record(store, dataset, version).trained
    of = store.load(own, TrainedModel).readable_of
    record = store.records.read(_key(dataset, of), VersionRecord) if of else None
    return record.trained if record else own


def evaluation_address(store: DocumentStore, dataset: str, version: str) -> str:
    """Return the address of the evaluation of a version."""
    return _record(store, dataset, version).evaluation


def table_of(store: DocumentStore, dataset: str, version: str) -> DatasetSnapshot | None:
    """Return the typed table of a version, or None if it was not kept."""
    address = _record(store, dataset, version).dataset
    return store.load(address, DatasetSnapshot) if address else None


def _record(store: DocumentStore, dataset: str, version: str) -> VersionRecord:
    record = store.records.read(_key(dataset, version), VersionRecord)
    if record is None:
        raise not_found(
            f"Version {version} of the model of {dataset!r} is not in {store.storage.url}.",
            fix="Use the storage that it was trained with, or run the data set again.",
        )
    return record


def versions(store: DocumentStore, dataset: str) -> list[str]:
    """Return all versions in this storage, the oldest first."""
    listed = store.storage.list(f"datasets/{dataset}/models/")
    names = [stored.key.rpartition("/")[2].removesuffix(".json") for stored in listed]
    return sorted(names, key=lambda name: (len(name), name))


def _key(dataset: str, version: str) -> str:
    return f"datasets/{dataset}/models/{version}.json"
