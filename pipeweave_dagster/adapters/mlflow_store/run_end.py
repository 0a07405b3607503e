"""How the MLflow run of a training ends, and that every training leaves one."""

from typing import Any

from pipeweave_dagster.adapters.mlflow_store.training_log import Registration, experiment_of

ERROR_TAG = "pipeweave.error"
_MAX_TAG = 5_000
_MAX_RUNS = 100


def end(client: Any, run_id: str, status: str, error: str) -> None:
    """Let a run and the trials below it have ended; an earlier error is told no longer."""
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
    """End what a Dagster run has left open, or make a run that tells how its training ended.

    A run that has ended with its own words is left as it is: it may be that of a first attempt.

    Args:
        where: Store and experiment.
        tags: Facts for a new run; `dagster.run_id` names the Dagster run.
        status: `FINISHED`, `FAILED` or `KILLED`.
        error: Why; empty if it succeeded.
        began: When the training began, in seconds since 1970.

    Returns:
        Experiment and id of the latest run of that Dagster run; None where there is none and, as
        it succeeded, none is missed.
    """
    from mlflow import MlflowClient

    client: Any = MlflowClient(where.tracking_uri, where.tracking_uri)
    experiment = experiment_of(client, where)
    own = f"tags.`dagster.run_id` = '{tags['dagster.run_id']}'"
    found = client.search_runs([experiment], own, max_results=_MAX_RUNS)
    if not found and status != "FINISHED":
        started = int(began * 1000)
        found = [client.create_run(experiment, started, tags, run_name="train")]
    for run in found:
        unsaid = run.info.status != "FINISHED" and ERROR_TAG not in run.data.tags
        if unsaid or run.info.status == "RUNNING":
            end(client, run.info.run_id, status, error)
    return (experiment, str(found[0].info.run_id)) if found else None
