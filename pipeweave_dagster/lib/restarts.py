"""Start runs again that were interrupted: a process died, or a service stayed away.

Dagster's own run retries would also repeat runs that exceeded their time limit. A run that was
interrupted is tagged, and the sensor `reap_dead_runs` requests a new run until there is one, so
nothing is lost if the daemon dies in between, and the run key keeps it from starting two.
Results that the interrupted run made are reused.
"""

from collections.abc import Collection, Iterator, Sequence

import dagster as dg
from dagster._core.storage.tags import RUN_FAILURE_REASON_TAG, WILL_RETRY_TAG

from pipeweave_dagster.adapters.worker import KILLED
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.safe_text import plain
from pipeweave_dagster.lib.failure_reasons import step_error, timeout_of
from pipeweave_dagster.lib.partitions import (
    DATASETS,
    MLFLOW_TAG,
    PROCESS_TAG,
    REASON_TAG,
    RESTART_OF_TAG,
    RESTART_TAG,
    RESTARTS_TAG,
)

DUE, DONE, SUPERSEDED, NO = "due", "done", "superseded", "no"
_MOST_AT_ONCE, _REASON_LENGTH = 20, 200
# A process begins to count later than Dagster, which waits for it.
_LATE_S = 300.0
_OWN = {PROCESS_TAG, MLFLOW_TAG, RESTART_TAG, RESTART_OF_TAG, RESTARTS_TAG, REASON_TAG}
_KEPT = {"dagster/max_runtime", "dagster/priority"}
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def mark_interrupted(instance: dg.DagsterInstance, run: dg.DagsterRun, restarts: int) -> bool:
    """Tag a run that was interrupted, unless it was started again often enough.

    Args:
        instance: Where the run is.
        run: A run that failed, or is about to be declared as failed.
        restarts: How many times it may be started again.

    Returns:
        Whether it will be started again.
    """
    if RESTART_TAG in run.tags:
        return run.tags[RESTART_TAG] != NO
    return _was_interrupted(instance, run) and _mark(instance, run, restarts)


def mark_if_clock_was_set(
    instance: dg.DagsterInstance, run: dg.DagsterRun, restarts: int, *, elapsed_s: float
) -> bool:
    """Tag a run that Dagster has ended for its time limit although it has taken less than that.

    Run monitoring compares the clock with the start of the run; a clock that is set by hours, as
    after a machine has slept, ends everything that is under way.

    Args:
        instance: Where the run is.
        run: A run that exceeded its limit.
        restarts: How many times it may be started again.
        elapsed_s: What it has taken, by a clock that cannot be set.

    Returns:
        Whether it will be started again.
    """
    timeout = timeout_of(instance, run.run_id)
    if timeout is None or elapsed_s >= timeout.details["limit_s"] - _LATE_S:
        return False
    ours = run.remote_job_origin is not None and "dagster/partition" in run.tags
    return ours and _mark(instance, run, restarts)


def _mark(instance: dg.DagsterInstance, run: dg.DagsterRun, restarts: int) -> bool:
    again = _restarts_of(run) < restarts
    instance.add_run_tags(run.run_id, {RESTART_TAG: DUE if again else NO})
    return again


def _was_interrupted(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    # A run in the process of a command ends with that command, in front of its user.
    if run.remote_job_origin is None or "dagster/partition" not in run.tags:
        return False
    if run.tags.get(WILL_RETRY_TAG) == "true":  # Dagster starts it again itself
        return False
    if run.tags.get(RUN_FAILURE_REASON_TAG) == "STEP_FAILURE":
        return _from_outside(instance, run) is not None
    return timeout_of(instance, run.run_id) is None


def _from_outside(instance: dg.DagsterInstance, run: dg.DagsterRun) -> PipeWeaveError | None:
    """Return the error of a step that something else than the data has ended, else None.

    A service did not respond, or the worker process was killed, also when the step was repeated.
    """
    error = step_error(instance, run.run_id)
    if error is None or error.code is ErrorCode.SERVICE_UNAVAILABLE or KILLED in error.details:
        return error
    return None


def _restarts_of(run: dg.DagsterRun) -> int:
    number = run.tags.get(RESTARTS_TAG, "0")
    return int(number) if number.isdecimal() else 0


def active_runs(instance: dg.DagsterInstance, dataset: str) -> Sequence[dg.DagsterRun]:
    """Return the runs of a data set that are queued or under way."""
    tags = {"dagster/partition": dataset}
    return instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED, tags=tags))


def restart_requests(
    instance: dg.DagsterInstance, jobs: Collection[dg.JobDefinition]
) -> Iterator[dg.RunRequest]:
    """Yield a request for every interrupted run that is due and not started again yet."""
    due = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={RESTART_TAG: DUE})
    known: set[str] | None = None
    for record in instance.get_run_records(due, limit=_MOST_AT_ONCE, ascending=True):
        run = record.dagster_run
        if instance.get_runs_count(dg.RunsFilter(tags={RESTART_OF_TAG: run.run_id})) > 0:
            instance.add_run_tags(run.run_id, {RESTART_TAG: DONE})
            continue
        if known is None:
            known = {*instance.get_dynamic_partitions(str(DATASETS.name))}
        # The data set may have been removed; a request for it would fail all others with it.
        removed = run.tags["dagster/partition"] not in known
        job = None if removed else _job_of(run, jobs)
        later = _later_runs(instance, record) if job else set()
        if job is None or dg.DagsterRunStatus.SUCCESS in later:
            instance.add_run_tags(run.run_id, {RESTART_TAG: SUPERSEDED if job else NO})
        elif not later & {*_UNFINISHED}:
            yield _request(run, job, _why(instance, run))


def _job_of(run: dg.DagsterRun, jobs: Collection[dg.JobDefinition]) -> str | None:
    """Return the job that can repeat a run, also one that was started by hand from the graph."""
    for job in jobs:
        if job.name == run.job_name:
            return job.name
    wanted = run.asset_selection or frozenset()
    for job in jobs:
        if wanted and wanted <= {*job.asset_layer.selected_asset_keys}:
            return job.name
    return None


def _later_runs(instance: dg.DagsterInstance, record: dg.RunRecord) -> set[dg.DagsterRunStatus]:
    """Return the status of every run that makes the same assets of the data set, but later.

    A batch of rows to score has no successor: every file is scored.
    """
    run = record.dagster_run
    if "pipeweave/batch" in run.tags:
        return set()
    tags = {"dagster/partition": run.tags["dagster/partition"]}
    same = dg.RunsFilter(job_name=run.job_name, tags=tags)
    # By their order in the database: a clock may have been set back.
    later = instance.get_run_records(same, cursor=run.run_id, ascending=True)
    return {other.dagster_run.status for other in later}


def _why(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    error = _from_outside(instance, run)
    if error is None:
        return "was interrupted: its process ended, not because of its data"
    return f"was interrupted, not because of its data: {plain(error.message, _REASON_LENGTH)}"


def _request(run: dg.DagsterRun, job: str, why: str) -> dg.RunRequest:
    own = {
        name: value
        for name, value in run.tags.items()
        if name not in _OWN and (name in _KEPT or "dagster/" not in name)
    }
    restarts = {RESTART_OF_TAG: run.run_id, RESTARTS_TAG: str(_restarts_of(run) + 1)}
    reason = f"run {run.run_id[:8]} {why}"
    return dg.RunRequest(
        run_key=f"restart-{run.run_id}",
        job_name=job,
        partition_key=run.tags["dagster/partition"],
        run_config=run.run_config,
        asset_selection=sorted(run.asset_selection) if run.asset_selection else None,
        tags={**own, **restarts, REASON_TAG: reason},
    )
