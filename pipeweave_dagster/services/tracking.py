"""End a training in MLflow as it ends in Dagster, with the same status and error."""

import contextlib
import time
from collections.abc import Iterator

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.web_links import run_url
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.workbench import Workbench

MLFLOW_RUN = "mlflow_run"
"""Key in the details of an error: the page of the MLflow run that records it."""

# MLflow's client retries for minutes if a server is down.
_PATIENCE_S = 60.0


def experiment_name(dataset: str) -> str:
    """Return the MLflow experiment of a data set."""
    return f"pipeweave/{dataset}"


@contextlib.contextmanager
def training_in_mlflow(workbench: Workbench, dataset: str, tags: dict[str, str]) -> Iterator[None]:
    """Record a failure of the training in this block as a FAILED run in MLflow.

    The error of the training is raised, even if MLflow does not respond.

    Args:
        workbench: Its settings name the store.
        dataset: The data set.
        tags: Tags of the MLflow run; `dagster.run_id` links it to the Dagster run.
    """
    began = time.time()
    try:
        yield
    except PipeWeaveError as error:
        with contextlib.suppress(PipeWeaveError):
            page = record_end(workbench, dataset, tags, "FAILED", error, began)
            error.details[MLFLOW_RUN] = page
        raise


@contextlib.contextmanager
def evaluation_in_mlflow(workbench: Workbench, trained: TrainedModel) -> Iterator[None]:
    """End the run of a training with this block: FINISHED, or FAILED with its error."""
    link = trained.mlflow
    if link is None:
        yield
        return
    uri = workbench.settings.tracking_uri
    try:
        yield
    except PipeWeaveError as error:
        with contextlib.suppress(PipeWeaveError):
            workbench.on_model_within(
                _PATIENCE_S, mlflow_store.end_run, uri, link, status="FAILED", error=_text(error)
            )
            error.details[MLFLOW_RUN] = run_url(link.experiment_id, link.run_id, workbench.settings)
        raise
    workbench.on_model(mlflow_store.end_run, uri, link, status="FINISHED")


def record_end(
    workbench: Workbench,
    dataset: str,
    tags: dict[str, str],
    status: str,
    error: PipeWeaveError | None,
    began: float,
) -> str | None:
    """End the training of a Dagster run in MLflow; return the page of its run.

    Raises:
        PipeWeaveError: If MLflow does not respond.
    """
    settings = workbench.settings
    run = workbench.on_model_within(
        _PATIENCE_S,
        mlflow_store.record_end,
        tracking_uri=settings.tracking_uri,
        artifact_root=settings.artifact_root,
        experiment=experiment_name(dataset),
        tags=tags,
        status=status,
        error=_text(error) if error else "",
        began=began,
    )
    if run is None:
        return None
    experiment_id, run_id = run
    return run_url(experiment_id, run_id, settings)


def _text(error: PipeWeaveError) -> str:
    """Return the text of the `Failure` in Dagster."""
    envelope = error.envelope()
    return f"{envelope['code']}: {envelope['message']}"
