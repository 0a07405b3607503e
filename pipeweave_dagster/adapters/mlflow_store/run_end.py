"""End the MLflow run of a training; every training leaves one."""

from typing import Any

from pipeweave_dagster.adapters.mlflow_store.registration import Registration
from pipeweave_dagster.adapters.mlflow_store.training_log import experiment_of

ERROR_TAG = "pipeweave.error"
_MAX_TAG = 5_000
_MAX_RUNS = 100


def end(client: Any, run_id: str, status: str, error: str) -> None:
    """Set the final status of a run and its trials; remove the error tag of an earlier attempt."""
    run = client.get_run(run_id)
    if error:
        client.set_tag(run_id, ERROR_TAG, error[:_MAX_TAG])
    elif ERROR_TAG in run.data.tags:
        client.delete_tag(run_id, ERROR_TAG)
    below = f"tags.mlflow.parentRunId = '{run_id}' and attributes.status = 'RUNNING'"
    for trial in client.search_runs([run.info.experiment_id], below, max_results=_MAX_RUNS):
        client.set_terminated(trial.info.run_id, status)
    client.set_terminated(run_id, status)


def record(
    where: Registration, tags: dict[str, str], status: str, error: str, began: float
) -> tuple[str, str] | None:
    """End the runs that a Dagster run has left open, or create one that records how it ended.

    A run that has ended with its own error is left as it is: it may be that of a first attempt.

    Args:
        where: Store and experiment.
        tags: Tags of a new run; `dagster.run_id` is the Dagster run.
        status: `FINISHED`, `FAILED` or `KILLED`.
        error: The reason; empty if it succeeded.
        began: When the training began, in seconds since 1970.

    Returns:
        Experiment and id of the latest run of that Dagster run; None if there is none and, since
        it succeeded, none is needed.
    """
    from mlflow import MlflowClient

    client: Any = MlflowClient(where.tracking_uri, where.tracking_uri)
    experiment = experiment_of(client, where)
    own = f"tags.`dagster.run_id` = '{tags['dagster.run_id']}'"
    runs = client.search_runs([experiment], own, max_results=_MAX_RUNS)
    if not runs and status != "FINISHED":
        started = int(began * 1000)
        runs = [client.create_run(experiment, started, tags, run_name="train")]
    for run in runs:
        unexplained = run.info.status != "FINISHED" and ERROR_TAG not in run.data.tags
        if unexplained or run.info.status == "RUNNING":
            end(client, run.info.run_id, status, error)
    return (experiment, str(runs[0].info.run_id)) if runs else None
