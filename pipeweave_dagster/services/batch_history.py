"""The history of a data set's batches: drift and performance of each, for plots and triggers.

`datasets/<dataset>/batches.json` is one record, replaced by compare-and-swap, so that a page or a
sensor needs one small read for all batches.
"""

from collections.abc import Callable, Sequence

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import BatchHistory, BatchRecord, Estimate, LabelArrival
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.core.number_format import with_interval

MOST_BATCHES = 1_000
_SWAP_ATTEMPTS = 20


def history_of(store: DocumentStore, dataset: str) -> BatchHistory:
    """Return the history of a data set; empty before its first batch."""
    return store.records.read(_key(dataset), BatchHistory) or BatchHistory()


def score_text(scores: dict[str, Estimate], record: BatchRecord) -> str:
    """Return the main metric of a batch with its interval, `-` without one.

    Args:
        scores: The estimated or the measured scores of the batch.
        record: The batch.
    """
    found = scores.get(record.metric or "")
    if found is None or found.value is None:
        return "-"
    return with_interval(found.value, found.low, found.high)


def change_history(
    store: DocumentStore, dataset: str, change: Callable[[BatchHistory], BatchHistory]
) -> BatchHistory:
    """Replace the history by a changed one, also while others do, and return it.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if others kept changing it.
    """
    for _ in range(_SWAP_ATTEMPTS):
        stored, tag = store.records.read_tagged(_key(dataset), BatchHistory)
        before = stored or BatchHistory()
        changed = _bounded(change(before))
        if changed == before or store.records.swap(_key(dataset), changed, tag):
            return changed
    raise unavailable(f"The batches of {dataset!r} kept changing.", fix="Start the run again.")


def with_batch(history: BatchHistory, record: BatchRecord) -> BatchHistory:
    """Add a batch; the same batch scored again by the same version replaces its earlier record.

    If it was refused before, that is over.
    """
    key = (record.batch, record.model_version)
    others = [b for b in history.batches if (b.batch, b.model_version) != key]
    batches = sorted([*others, record], key=lambda b: b.scored_at)
    refused = [r for r in history.refused if r.batch != record.batch]
    return history.model_copy(update={"batches": batches, "refused": refused})


def with_scores(history: BatchHistory, scored: Sequence[BatchRecord], now: float) -> BatchHistory:
    """Put the performance of batches into a history, and count the rows that got or lost a label.

    Else the rows of a file that is removed and put back corrected would count as new twice.
    """
    changed = {(r.batch, r.model_version): r for r in scored}
    batches = [changed.get((b.batch, b.model_version), b) for b in history.batches]
    before = _labelled(history.batches)
    new = sum(n - before.get(batch, 0) for batch, n in _labelled(batches).items())
    arrivals = [*history.arrivals, LabelArrival(at=now, rows=new)] if new else history.arrivals
    return history.model_copy(update={"batches": batches, "arrivals": arrivals})


def _labelled(batches: Sequence[BatchRecord]) -> dict[str, int]:
    """Return the rows with labels of each batch, whichever version scored it."""
    most: dict[str, int] = {}
    for record in batches:
        most[record.batch] = max(record.matched, most.get(record.batch, 0))
    return most


def _bounded(history: BatchHistory) -> BatchHistory:
    surplus = len(history.batches) - MOST_BATCHES
    if surplus <= 0:
        return history
    kept = {"batches": history.batches[surplus:], "dropped": history.dropped + surplus}
    return history.model_copy(update=kept)


def _key(dataset: str) -> str:
    return f"datasets/{dataset}/batches.json"
