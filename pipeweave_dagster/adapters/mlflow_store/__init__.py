"""MLflow: one run a training, one registered model a data set; works without a server.

Every function may be called in the child process: its arguments are JSON or documents, and
MLflow is imported when it is called.
"""

from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store.store import prepare_store
from pipeweave_dagster.core.documents import Evaluation, MlflowLink, PipelineSpec, TrainedModel

__all__ = [
    "bearer",
    "end_run",
    "log_evaluation",
    "log_training",
    "model_file",
    "prepare_store",
    "record_end",
    "set_alias",
]


def log_training(  # noqa: PLR0913, PLR0917 - called by keyword, over the process boundary
    tracking_uri: str,
    artifact_root: str | None,
    experiment: str,
    model_name: str,
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    tags: dict[str, str],
    *,
    ends: bool = True,
) -> TrainedModel:
    """Log a training as one run with a nested run per candidate, and register the model.

    Args:
        tracking_uri: MLflow's store (`sqlite:///…`, or a server).
        artifact_root: Where a new experiment keeps its files (a URI), None if a server decides.
        experiment: Name of the experiment; made if absent.
        model_name: Name of the registered model; made if absent.
        trained: What was trained.
        spec: Its pipeline.
        model: The model file.
        tags: Facts for run and model version, such as the Dagster run.
        ends: Whether the run is FINISHED then; else it stays RUNNING until `end_run`.

    Returns:
        `trained` with the link to run and model version.
    """
    from pipeweave_dagster.adapters.mlflow_store.training_log import Registration, log_run

    prepare_store(tracking_uri)
    where = Registration(tracking_uri, artifact_root, experiment, model_name)
    return trained.model_copy(
        update={"mlflow": log_run(where, trained, spec, model, tags, ends=ends)}
    )


def log_evaluation(
    tracking_uri: str, link: MlflowLink, evaluation: Evaluation, card: Path | None = None
) -> None:
    """Add test scores, plots and the model card to the run of a training."""
    from pipeweave_dagster.adapters.mlflow_store.evaluation_log import add_evaluation

    prepare_store(tracking_uri)
    add_evaluation(tracking_uri, link, evaluation, card)


def end_run(tracking_uri: str, link: MlflowLink, status: str, error: str = "") -> None:
    """Let the run of a training have ended so: `FINISHED`, or `FAILED` with the reason."""
    from mlflow import MlflowClient

    from pipeweave_dagster.adapters.mlflow_store.run_end import end

    prepare_store(tracking_uri)
    end(MlflowClient(tracking_uri, tracking_uri), link.run_id, status, error)


def record_end(
    tracking_uri: str,
    artifact_root: str | None,
    experiment: str,
    tags: dict[str, str],
    status: str,
    error: str,
    began: float,
) -> tuple[str, str] | None:
    """Let the training of a Dagster run have ended, also if it has no run here yet.

    The arguments and the result are those of `ends.record`.
    """
    from pipeweave_dagster.adapters.mlflow_store.run_end import record
    from pipeweave_dagster.adapters.mlflow_store.training_log import Registration

    prepare_store(tracking_uri)
    where = Registration(tracking_uri, artifact_root, experiment, model_name="")
    return record(where, tags, status, error, began)


def set_alias(tracking_uri: str, model_name: str, version: str, alias: str) -> dict[str, str]:
    """Give an alias to a version; a champion that is replaced becomes `previous`.

    Returns:
        The version of each alias of the model afterwards.
    """
    from pipeweave_dagster.adapters.mlflow_store.model_registry import aliases_of, move_alias

    prepare_store(tracking_uri)
    move_alias(tracking_uri, model_name, version, alias)
    return aliases_of(tracking_uri, model_name)


def model_file(tracking_uri: str, link: MlflowLink, out: Path) -> Path:
    """Fetch the model file of a registered version into a folder."""
    from pipeweave_dagster.adapters.mlflow_store.model_registry import fetch_model

    prepare_store(tracking_uri)
    return fetch_model(tracking_uri, link, out)


def bearer(tracking_uri: str, model_name: str, alias: str) -> MlflowLink | None:
    """The version that bears an alias (`champion`, `previous` …), or None where there is none."""
    from pipeweave_dagster.adapters.mlflow_store.model_registry import link_of_alias

    prepare_store(tracking_uri)
    return link_of_alias(tracking_uri, model_name, alias)
