"""A training ends in MLflow as it does in Dagster, with the same words."""

import contextlib
import time
from collections.abc import Iterator

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.adapters.web_links import run_url
from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.workbench import Workbench

RECORDED = "mlflow_run"
"""In the details of an error: the page of the MLflow run that tells it, too."""

# MLflow's client asks a server that is away again and again, for minutes.
_PATIENCE_S = 60.0


def experiment_name(dataset: str) -> str:
    """The MLflow experiment of a data set."""
    return f"pipeweave/{dataset}"


@contextlib.contextmanager
def training_in_mlflow(workbench: Workbench, dataset: str, tags: dict[str, str]) -> Iterator[None]:
    """If the training in this block fails, MLflow has a FAILED run that says why.

    The error that is raised is the training's, also where MLflow does not answer.

    Args:
        workbench: Says which store.
        dataset: The data set.
        tags: Facts for the run, of which `dagster.run_id` leads back.
    """
    began = time.time()
    try:
        yield
    except PipeWeaveError as error:
        with contextlib.suppress(PipeWeaveError):
            page = record_end(workbench, dataset, tags, "FAILED", error, began)
            error.details[RECORDED] = page
        raise


@contextlib.contextmanager
def evaluation_in_mlflow(workbench: Workbench, trained: TrainedModel) -> Iterator[None]:
    """The run of a training is FINISHED when this block is, or FAILED with its error."""
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
                _PATIENCE_S, mlflow_store.end_run, uri, link, status="FAILED", error=_words(error)
            )
            error.details[RECORDED] = run_url(link.experiment_id, link.run_id, workbench.settings)
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
    """Let the training of a Dagster run have ended in MLflow; give the page of its run.

    Raises:
        PipeWeaveError: If MLflow does not answer.
    """
    settings = workbench.settings
    found = workbench.on_model_within(
        _PATIENCE_S,
        mlflow_store.record_end,
        tracking_uri=settings.tracking_uri,
        artifact_root=settings.artifact_root,
        experiment=experiment_name(dataset),
        tags=tags,
        status=status,
        error=_words(error) if error else "",
        began=began,
    )
    if found is None:
        return None
    experiment_id, run_id = found
    return run_url(experiment_id, run_id, settings)


def _words(error: PipeWeaveError) -> str:
    """As `Failure` tells it in Dagster."""
    envelope = error.envelope()
    return f"{envelope['code']}: {envelope['message']}"
