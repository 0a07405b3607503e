"""Whether uploads, model and predictions of a data set are as recent as they should be."""

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import RawUpload
from pipeweave_dagster.core.documents.automation import FreshnessSetting
from pipeweave_dagster.core.monitoring.freshness import LatePart, late_parts
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.settings import Settings


def late_of(store: DocumentStore, dataset: str, settings: Settings, now: float) -> list[LatePart]:
    """Return what is late in a data set, by its own limits and else by those of the installation.

    An upload counts from when its content was new, so that a run on unchanged data does not hide
    that a feed has stopped.

    Args:
        store: The storage.
        dataset: The data set.
        settings: The limits of the installation.
        now: Seconds since 1970.
    """
    head = store.head(dataset)
    if head is None:
        return []
    upload = store.load_entry(head.entries, "raw_upload", RawUpload)
    own = (upload.settings.freshness if upload else None) or FreshnessSetting()
    limits = {
        "uploads": own.uploads_days or settings.fresh_uploads_days,
        "model": own.model_days or settings.fresh_model_days,
        "predictions": own.predictions_days or settings.fresh_predictions_days,
    }
    made = {asset: entry.made_at for asset, entry in head.entries.items()}
    scored = [b.scored_at for b in history_of(store, dataset).batches if b.role == "champion"]
    last = {
        "uploads": made.get("raw_upload"),
        "model": made.get("model"),
        "predictions": max(scored, default=None),
    }
    return late_parts(limits, last, now)
