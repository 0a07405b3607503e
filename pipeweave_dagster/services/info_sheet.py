"""The info sheet of a registered version, from its documents and the findings of its run."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Findings
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.evaluation.report.info_sheet import info_sheet
from pipeweave_dagster.services.model_versions import (
    load_version,
    pipeline_of,
    trained_address,
)


def sheet_of(store: DocumentStore, dataset: str, version: str) -> str:
    """Return the info sheet of a version as Markdown.

    Raises:
        PipeWeaveError: NOT_FOUND if the version or its pipeline is not in this storage.
    """
    trained, evaluation = load_version(store, dataset, version)
    spec = pipeline_of(store, dataset, version)
    if spec is None:
        raise not_found(
            f"The pipeline of version {version} of {dataset!r} was not kept.",
            fix="Run the data set again: newer versions keep it.",
        )
    return info_sheet(trained, spec, evaluation, findings_of(store, dataset, version))


def findings_of(store: DocumentStore, dataset: str, version: str) -> Findings | None:
    """Return the findings of the run that made a version; None if the run is no longer kept."""
    address = trained_address(store, dataset, version)
    for run_id in store.manifests(dataset):
        manifest = store.manifest(dataset, run_id)
        entry = manifest.entries.get("model") if manifest else None
        if manifest and entry and entry.document == address:
            return store.load_entry(manifest.entries, "findings", Findings)
    return None
