"""Schedules for retraining and for the overview."""

import time
from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import DatasetSettings, RawUpload
from pipeweave_dagster.core.monitoring.retraining_due import why_due
from pipeweave_dagster.lib.console_logs import CONSOLE_CONFIG
from pipeweave_dagster.lib.partitions import DATASETS, REASON_TAG, AssetJob
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.services.dataset_problems import contained


def due(
    store: DocumentStore, default_max_age_days: float | None, now: float
) -> Iterator[tuple[str, str]]:
    """Yield the data sets whose model is due for retraining, each with the reason."""
    for name in store.datasets():
        reason = None
        with contained(name):
            reason = _why_due(store, name, default_max_age_days, now)
        if reason:
            yield name, reason


def _why_due(
    store: DocumentStore, dataset: str, default_max_age_days: float | None, now: float
) -> str | None:
    head = store.head(dataset)
    if head is None or "model" not in head.entries:
        return None
    upload = head.entries.get("raw_upload")
    settings = store.load(upload.document, RawUpload).settings if upload else DatasetSettings()
    attempt = store.attempt(dataset)
    last = max(head.moved_at, attempt.started_at if attempt else 0)
    return why_due(settings.retrain, default_max_age_days, trained_at=last, now=now)


def retrain_schedule(
    name: str, job: AssetJob, workbench: WorkbenchResource
) -> dg.ScheduleDefinition:
    """Return a schedule that retrains every data set whose model is due by age or by its cron.

    It is evaluated every ten minutes. On unchanged data the run reuses everything.
    """

    @dg.schedule(
        name=name,
        job=job,
        cron_schedule="*/10 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Retrains data sets that are due by the setting retrain (cron, max_age_days).",
    )
    def retrain_due(
        context: dg.ScheduleEvaluationContext,
    ) -> list[dg.RunRequest] | dg.SkipReason:
        store = workbench.open().store
        max_age = workbench.settings().retrain_max_age_days
        datasets = list(due(store, max_age, time.time()))
        # A storage may have data sets that a new Dagster database does not know; a request for an
        # unknown partition would fail the tick, and with it all other data sets.
        if datasets:
            names = [name for name, _ in datasets]
            context.instance.add_dynamic_partitions(str(DATASETS.name), names)
        stamp = context.scheduled_execution_time.isoformat()
        requests = [
            dg.RunRequest(
                run_key=f"retrain-{dataset}-{stamp}",
                partition_key=dataset,
                tags={REASON_TAG: reason},
                run_config=CONSOLE_CONFIG,
            )
            for dataset, reason in datasets
        ]
        return requests or dg.SkipReason("no model is due")

    return retrain_due


def overview_schedule(job: AssetJob) -> dg.ScheduleDefinition:
    """Return the hourly schedule of the overview."""
    return dg.ScheduleDefinition(
        name=f"{job.name}_hourly",
        job=job,
        cron_schedule="7 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Refreshes workbench_overview.",
    )
