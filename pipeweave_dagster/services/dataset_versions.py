"""The versions of a data set: which are kept, and which one another is compared with."""

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Findings,
    PipelineSpec,
    SchemaDeduction,
)
from pipeweave_dagster.core.documents.findings import Compared
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, validation_error
from pipeweave_dagster.core.pipelines.pipeline_diff import difference


def version_before(store: DocumentStore, dataset: str, snapshot: DatasetSnapshot) -> Version | None:
    """The published version before this one; None for the first.

    A run on bytes that are published already takes what their findings were compared with, not
    themselves: so the same bytes again find the same result.

    Args:
        store: Documents and records.
        dataset: The data set.
        snapshot: The version that is to be compared.
    """
    head = store.head(dataset)
    entries = head.entries if head else {}
    if not {"dataset", "schema_deduction"} <= entries.keys():
        return None
    published = entries["dataset"].document
    try:
        if published == snapshot.sha256:
            found = entries.get("findings")
            earlier = store.load(found.document, Findings).compared_with if found else None
            return _loaded(store, earlier) if earlier else None
        data = store.load(published, DatasetSnapshot).data.sha256
        meaning = entries["schema_deduction"].document
        return _loaded(store, Compared(dataset=published, schema_deduction=meaning, data=data))
    except PipeWeaveError as error:
        if error.code is ErrorCode.NOT_FOUND:  # the garbage collector has taken it
            return None
        raise


def changes_of(store: DocumentStore, dataset: str, spec: PipelineSpec) -> list[str]:
    """What a pipeline changes of the published one, one line a change; empty for the first."""
    published = store.latest(dataset, "pipeline", PipelineSpec)
    return [] if published is None else [change.text for change in difference(published, spec)]


def documents_of(store: DocumentStore, dataset: str, asset: str) -> list[Entry]:
    """Every document of an asset that a kept run made, the newest first; equal ones once.

    Args:
        store: Documents and records.
        dataset: The data set.
        asset: Its asset, such as `eda_report`.
    """
    found: dict[str, Entry] = {}
    for run_id in store.manifests(dataset):
        manifest = store.manifest(dataset, run_id)
        entry = manifest.entries.get(asset) if manifest else None
        if entry and (entry.document not in found or entry.made_at < found[entry.document].made_at):
            found[entry.document] = entry
    return sorted(found.values(), key=lambda entry: -entry.made_at)


def pipeline_in_force(store: DocumentStore, dataset: str) -> PipelineSpec:
    """The pipeline that is published.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none yet.
    """
    found = store.latest(dataset, "pipeline", PipelineSpec)
    if found is None:
        raise not_found(f"{dataset!r} has no pipeline yet.", fix="Run the data set first.")
    return found


def entry_of(
    found: list[Entry], dataset: str, what: str, version: str | None, listed: str
) -> Entry:
    """The one that a person means.

    Args:
        found: As `documents_of` gives them.
        dataset: The data set.
        what: What they are, such as `report`.
        version: The first letters of its address; None means the newest.
        listed: The command that lists them.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none; VALIDATION_ERROR if several begin alike.
    """
    fits = [entry for entry in found if entry.document.startswith(version or "")]
    if not fits:
        raise not_found(
            f"{dataset!r} has no {what}{f' {version!r}' if version else ''}.",
            fix=f"See '{listed} {dataset}'." if found else "Run the data set first.",
        )
    if version is not None and len(fits) > 1:
        raise validation_error(
            f"{len(fits)} {what}s of {dataset!r} begin with {version!r}.", fix="Give more letters."
        )
    return fits[0]


def _loaded(store: DocumentStore, addresses: Compared) -> Version:
    snapshot = store.load(addresses.dataset, DatasetSnapshot)
    return Version(
        snapshot=snapshot,
        meaning=store.load(addresses.schema_deduction, SchemaDeduction),
        data=store.payload(snapshot.data),
        addresses=addresses,
    )
