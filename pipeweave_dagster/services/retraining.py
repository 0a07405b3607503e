"""When each data set is due for retraining, and what came of the last requests."""

import logging
from typing import NamedTuple

from pipeweave_dagster.adapters.state import DocumentStore, Head
from pipeweave_dagster.core.documents import DatasetSettings, Part, RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.retraining import Due, Facts, Rule, next_time, rule_of, why_due
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.zone_listing import ZoneListing
from pipeweave_dagster.settings import Settings

logger = logging.getLogger(__name__)


class RetrainRecord(Part):
    """The last request and the last skip; times are in seconds since 1970.

    A retraining is skipped where nothing has changed since the last one; it stays due.
    """

    requested_at: float | None = None
    reason: str = ""
    skipped_at: float | None = None
    skipped: str = ""


class RetrainState(NamedTuple):
    """Whether and when a data set is due.

    Attributes:
        rule: What applies to it.
        facts: What is known about it.
        due: Why it is due, None if it is not.
        next_at: From when it is due as far as is known, in seconds since 1970.
        record: What came of the last requests.
    """

    rule: Rule
    facts: Facts
    due: Due | None
    next_at: float | None
    record: RetrainRecord

    @property
    def skipped(self) -> str:
        """Why it is not retrained although it is due; empty if it is not due."""
        return self.record.skipped if self.due else ""


def retrain_state(
    store: DocumentStore,
    dataset: str,
    settings: Settings,
    now: float,
    listing: ZoneListing | None = None,
) -> RetrainState | None:
    """Return whether a data set is due; None if it has no model yet.

    Args:
        store: Documents and records.
        dataset: The data set.
        settings: The rules of all data sets.
        now: In seconds since 1970.
        listing: The top of `uploads`, for who asks about many data sets.
    """
    head = store.head(dataset)
    if head is None or "model" not in head.entries:
        return None
    rule = rule_of(
        _settings_now(store, head, listing).retrain,
        settings.retrain_cron,
        settings.retrain_max_age_days,
    )
    record = _read(store, dataset)
    facts = _facts(store, head, record)
    return RetrainState(rule, facts, why_due(rule, facts, now), next_time(rule, facts, now), record)


def record_request(store: DocumentStore, dataset: str, due: Due, now: float) -> None:
    """Record that a retraining was requested."""
    store.records.write(_key(dataset), RetrainRecord(requested_at=now, reason=due.reason))


def record_skip(store: DocumentStore, dataset: str, reason: str, now: float) -> None:
    """Record why a due retraining was skipped; written once, not at every look."""
    before = _read(store, dataset)
    if before.skipped != reason:
        skipped = before.model_copy(update={"skipped": reason, "skipped_at": now})
        store.records.write(_key(dataset), skipped)


def _settings_now(store: DocumentStore, head: Head, listing: ZoneListing | None) -> DatasetSettings:
    """Return `pipeweave.yaml` as it is now: a switch counts before any run has read it.

    While the file cannot be read, what the last run has read of it applies.
    """
    try:
        return settings_of(store, head.dataset, listing)
    except PipeWeaveError as error:
        logger.warning("%s: the settings of the last run apply: %s", head.dataset, error)
    upload = store.load_entry(head.entries, "raw_upload", RawUpload)
    return upload.settings if upload else DatasetSettings()


def _facts(store: DocumentStore, head: Head, record: RetrainRecord) -> Facts:
    # HEAD also moves with every batch that is scored, which makes the model no younger.
    trained_at = head.entries["model"].made_at
    history = history_of(store, head.dataset)
    drifted = [b.scored_at for b in history.batches if b.verdict == "drifted"]
    return Facts(
        trained_at=trained_at,
        requested_at=record.requested_at,
        drifted_at=max(drifted, default=None),
        labelled=history.labelled_since(trained_at),
    )


def _read(store: DocumentStore, dataset: str) -> RetrainRecord:
    return store.records.read(_key(dataset), RetrainRecord) or RetrainRecord()


def _key(dataset: str) -> str:
    return f"datasets/{dataset}/RETRAIN.json"
