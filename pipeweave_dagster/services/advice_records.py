"""Recorded calls to an advisor: `datasets/<dataset>/advice/<key>.json`."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents.advice import AdviceNote, AdviceRecord


def load_record(store: DocumentStore, dataset: str, key: str) -> AdviceRecord | None:
    """Load a recorded call; None if there is none or it cannot be read (then it is repeated)."""
    return store.records.read(f"{_folder(dataset)}{key}.json", AdviceRecord)


def save_record(store: DocumentStore, dataset: str, record: AdviceRecord) -> None:
    """Store a call."""
    store.records.write(f"{_folder(dataset)}{record.key}.json", record)


def records(store: DocumentStore, dataset: str) -> list[AdviceRecord]:
    """Return all recorded calls of a data set, the oldest first."""
    keys = [o.key.rpartition("/")[2] for o in store.storage.list(_folder(dataset))]
    loaded = [load_record(store, dataset, key.removesuffix(".json")) for key in keys]
    return sorted((r for r in loaded if r is not None), key=lambda r: (r.asked_at, r.key))


def note_of(
    calls: list[AdviceRecord], kept: list[str], refused: list[str] | None = None
) -> AdviceNote:
    """Return the note of a document that advice changed: calls, cost, what was kept and refused."""
    first = calls[0].request
    return AdviceNote(
        adviser=first.adviser,
        model=first.model,
        prompt=first.prompt,
        level=first.level,
        records=[call.key for call in calls],
        tokens_in=sum(call.reply.tokens_in for call in calls),
        tokens_out=sum(call.reply.tokens_out for call in calls),
        cost_usd=round(sum(call.cost_usd for call in calls), 8),
        kept=kept,
        refused=refused or [],
    )


def _folder(dataset: str) -> str:
    return f"datasets/{dataset}/advice/"
