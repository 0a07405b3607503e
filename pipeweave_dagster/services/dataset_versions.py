"""The kept versions of a data set's documents, and the version that a new one is compared with."""

from collections.abc import Mapping

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Findings,
    PipelineSpec,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.findings import Compared
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, validation_error


def version_before(
    store: DocumentStore, dataset: str, snapshot: DatasetSnapshot, upload: RawUpload
) -> Version | None:
    """Return the published version before this one; None for the first.

    If the same files are published already, their findings name the version that they were compared
    with. So the same bytes give the same result again, and other settings are no news of the data.

    Args:
        store: Documents and records.
        dataset: The data set.
        snapshot: The version to compare.
        upload: The files that it was read from.
    """
    head = store.head(dataset)
    entries = head.entries if head else {}
    if not {"dataset", "schema_deduction"} <= entries.keys():
        return None
    published = entries["dataset"].document
    try:
        if published == snapshot.sha256 or _is_published(store, entries, upload):
            entry = entries.get("findings")
            earlier = store.load(entry.document, Findings).compared_with if entry else None
            return _loaded(store, earlier) if earlier else None
        data = store.load(published, DatasetSnapshot).data.sha256
        meaning = entries["schema_deduction"].document
        return _loaded(store, Compared(dataset=published, schema_deduction=meaning, data=data))
    except PipeWeaveError as error:
        if error.code is ErrorCode.NOT_FOUND:  # removed by the garbage collector
            return None
        raise


def _is_published(store: DocumentStore, entries: Mapping[str, Entry], upload: RawUpload) -> bool:
    entry = entries.get("raw_upload")
    if entry is None:
        return False
    return _bytes_of(store.load(entry.document, RawUpload)) == _bytes_of(upload)


def _bytes_of(upload: RawUpload) -> list[tuple[str, str]]:
    return sorted((file.name, file.sha256) for file in upload.files)


def changes_of(store: DocumentStore, dataset: str, spec: PipelineSpec) -> list[str]:
    """Return the changes since the published pipeline, one line each; empty for the first."""
    from pipeweave_dagster.core.pipelines import difference

    published = store.latest(dataset, "pipeline", PipelineSpec)
    return [] if published is None else [change.text for change in difference(published, spec)]


def documents_of(store: DocumentStore, dataset: str, asset: str) -> list[Entry]:
    """Return all documents of an asset that kept runs made, the newest first, without duplicates.

    Args:
        store: Documents and records.
        dataset: The data set.
        asset: Its asset, such as `eda_report`.
    """
    earliest: dict[str, Entry] = {}
    for run_id in store.manifests(dataset):
        manifest = store.manifest(dataset, run_id)
        entry = manifest.entries.get(asset) if manifest else None
        if entry and (
            entry.document not in earliest or entry.made_at < earliest[entry.document].made_at
        ):
            earliest[entry.document] = entry
    return sorted(earliest.values(), key=lambda entry: -entry.made_at)


def published_pipeline(store: DocumentStore, dataset: str) -> PipelineSpec:
    """Return the published pipeline.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none yet.
    """
    spec = store.latest(dataset, "pipeline", PipelineSpec)
    if spec is None:
        raise not_found(f"{dataset!r} has no pipeline yet.", fix="Run the data set first.")
    return spec


def find_version(
    entries: list[Entry], dataset: str, what: str, version: str | None, listed: str
) -> Entry:
    """Return the entry with an address prefix.

    Args:
        entries: As returned by `documents_of`.
        dataset: The data set.
        what: What they are, such as `report`.
        version: First characters of its address; None for the newest.
        listed: The command that lists them.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none; VALIDATION_ERROR if the prefix is ambiguous.
    """
    matches = [entry for entry in entries if entry.document.startswith(version or "")]
    if not matches:
        raise not_found(
            f"{dataset!r} has no {what}{f' {version!r}' if version else ''}.",
            fix=f"See '{listed} {dataset}'." if entries else "Run the data set first.",
        )
    if version is not None and len(matches) > 1:
        raise validation_error(
            f"{len(matches)} {what}s of {dataset!r} begin with {version!r}.",
            fix="Give more characters.",
        )
    return matches[0]


def _loaded(store: DocumentStore, addresses: Compared) -> Version:
    snapshot = store.load(addresses.dataset, DatasetSnapshot)
    return Version(
        snapshot=snapshot,
        meaning=store.load(addresses.schema_deduction, SchemaDeduction),
        data=store.payload(snapshot.data),
        addresses=addresses,
    )
