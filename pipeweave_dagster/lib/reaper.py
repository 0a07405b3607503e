"""End runs whose process has died, so that their data set is free again."""

import datetime as dt

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.lib.attempts import end_attempt
from pipeweave_dagster.lib.failure_reasons import CANCELLED, error_of, killed
from pipeweave_dagster.lib.partitions import BATCH_TAG, PROCESS_TAG, REASON_TAG, UPLOAD_TAG
from pipeweave_dagster.lib.processes import is_alive
from pipeweave_dagster.lib.restarts import mark_interrupted
from pipeweave_dagster.services.run_leases import RunWatch, revoke_if_expired

_UNSUCCESSFUL = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_UNFINISHED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_RECENT = dt.timedelta(minutes=2)
_MOST_AT_ONCE = 20
_SECOND_LOOK_S = 10.0
# A run has its process from its first step on. If that was killed before, nobody would notice.
_NO_PROCESS_S = 300.0
_STARTED_BY_US = {UPLOAD_TAG, BATCH_TAG, REASON_TAG}


def reap(
    instance: dg.DagsterInstance,
    store: DocumentStore,
    watch: RunWatch | None = None,
    *,
    restarts: int,
    since: dt.datetime | None = None,
) -> list[str]:
    """End every run whose process is gone; return the run ids.

    The default run launcher keeps its processes only in memory, so after a crash of the code
    server (or `kill -9`) runs would stay STARTED for ever and keep their slot in the queue.

    Args:
        instance: Where the runs are.
        store: Where the attempts and leases of the runs are.
        watch: What earlier looks found about leases; None for a single look, which can only judge
            processes of this machine.
        restarts: How many times a run that was interrupted is started again; see `lib.restarts`.
        since: Ended runs that changed later are looked at, too; default: the last two minutes.
    """
    unfinished = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    ended = [
        run.run_id
        for run in unfinished
        if _is_dead(run, store, watch) and _end(instance, store, run, restarts)
    ]
    if watch is not None:
        watch.forget_all_but({run.run_id for run in unfinished})
    _end_attempts(instance, store, restarts, since or dt.datetime.now(dt.UTC) - _RECENT)
    return ended


def _is_dead(run: dg.DagsterRun, store: DocumentStore, watch: RunWatch | None) -> bool:
    """Return whether the process of a run is gone.

    Where steps have processes of their own, that of the last step may be gone while the next one
    is starting, so a sensor acts only if it is still gone at the second look.
    """
    process = run.tags.get(PROCESS_TAG)
    if process is None:
        ours = run.remote_job_origin is not None and not _STARTED_BY_US.isdisjoint(run.tags)
        return ours and watch is not None and watch.unchanged_s(run.run_id, "") >= _NO_PROCESS_S
    alive = is_alive(process)
    if alive is None:  # on another machine, or in a container that no longer exists
        return watch is not None and revoke_if_expired(store, run.run_id, watch)
    if alive or watch is None:
        return not alive
    return watch.unchanged_s(run.run_id, process) >= _SECOND_LOOK_S


def _end(
    instance: dg.DagsterInstance, store: DocumentStore, run: dg.DagsterRun, restarts: int
) -> bool:
    """End a run, unless it has ended by itself, or got its process, since it was listed.

    Its process is gone, so what a second look shows is final.
    """
    current = instance.get_run_by_id(run.run_id)
    if current is None or current.status != run.status:
        return False
    if current.tags.get(PROCESS_TAG) != run.tags.get(PROCESS_TAG):
        return False
    if run.status == dg.DagsterRunStatus.CANCELING:
        reason = CANCELLED
        instance.report_run_canceled(run, reason.message)
    else:
        reason = killed(again=mark_interrupted(instance, current, restarts))
        instance.report_run_failed(run, f"{reason.code}: {reason.text}")
    if "dagster/partition" in run.tags:
        end_attempt(store, run.tags["dagster/partition"], run.run_id, reason)
    return True


def _end_attempts(
    instance: dg.DagsterInstance, store: DocumentStore, restarts: int, since: dt.datetime
) -> None:
    """Look at runs that Dagster itself has ended.

    Attempts that count as running are ended, and runs that were interrupted are marked.
    """
    recent = dg.RunsFilter(statuses=_UNSUCCESSFUL, updated_after=since)
    for run in instance.get_runs(recent, limit=_MOST_AT_ONCE):
        if run.status == dg.DagsterRunStatus.FAILURE:
            mark_interrupted(instance, run, restarts)
        dataset, reason = run.tags.get("dagster/partition"), error_of(instance, run.run_id)
        if dataset is not None and reason is not None:
            end_attempt(store, dataset, run.run_id, reason)
