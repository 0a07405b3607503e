"""Which earlier version of a data set a version is compared with."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.columns.version import Version
from pipeweave_dagster.core.documents import DatasetSnapshot, Findings, SchemaDeduction
from pipeweave_dagster.core.documents.findings import Compared
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError


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


def _loaded(store: DocumentStore, addresses: Compared) -> Version:
    snapshot = store.load(addresses.dataset, DatasetSnapshot)
    return Version(
        snapshot=snapshot,
        meaning=store.load(addresses.schema_deduction, SchemaDeduction),
        data=store.payload(snapshot.data),
        addresses=addresses,
    )
