"""MLflow: one run per training, one registered model per data set; works without a server.

Every function can be called in the child process: its arguments are JSON or documents, and MLflow
is imported when it is called.
"""

from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store.reachable import reachable
from pipeweave_dagster.adapters.mlflow_store.removal import InMlflow
from pipeweave_dagster.adapters.mlflow_store.store import prepare_store
from pipeweave_dagster.core.documents import Evaluation, MlflowLink, PipelineSpec, TrainedModel

__all__ = [
    "InMlflow",
    "annotate",
    "current_aliases",
    "delete_old_trials",
    "end_run",
    "log_evaluation",
    "log_training",
    "look_up",
    "missing_version",
    "prepare_store",
    "record_end",
    "remove_aliases",
    "remove_model",
    "rename_model",
    "set_alias",
    "version_with_alias",
]


@reachable
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
        artifact_root: Where a new experiment keeps its files (a URI); None if a server decides.
        experiment: Name of the experiment; created if absent.
        model_name: Name of the registered model; created if absent.
        trained: The trained model.
        spec: Its pipeline.
        model: The model file.
        tags: Tags of the run and the model version, such as the Dagster run. A version that an
            earlier attempt of the same Dagster run has left is taken or replaced.
        ends: Whether the run is FINISHED afterwards; else it stays RUNNING until `end_run`.

    Returns:
        `trained` with the link to the run and the model version.
    """
    from pipeweave_dagster.adapters.mlflow_store.registration import Registration
    from pipeweave_dagster.adapters.mlflow_store.training_log import log_run

    prepare_store(tracking_uri)
    where = Registration(tracking_uri, artifact_root, experiment, model_name)
    return trained.model_copy(
        update={"mlflow": log_run(where, trained, spec, model, tags, ends=ends)}
    )


@reachable
def log_evaluation(
    tracking_uri: str,
    link: MlflowLink,
    evaluation: Evaluation,
    card: Path | None = None,
    *,
    scores: bool = True,
) -> None:
    """Add test scores, plots and the model card to the run of a training.

    Args:
        tracking_uri: MLflow's store.
        link: The run and its model version.
        evaluation: What is logged.
        card: The model card.
        scores: Whether the scores are to be logged; not if they are there already.
    """
    from pipeweave_dagster.adapters.mlflow_store.evaluation_log import add_evaluation

    prepare_store(tracking_uri)
    add_evaluation(tracking_uri, link, evaluation, card, scores=scores)


@reachable
def end_run(tracking_uri: str, link: MlflowLink, status: str, error: str = "") -> None:
    """Set the final status of a training's run: `FINISHED`, or `FAILED` with the reason."""
    from mlflow import MlflowClient

    from pipeweave_dagster.adapters.mlflow_store.run_end import end

    prepare_store(tracking_uri)
    end(MlflowClient(tracking_uri, tracking_uri), link.run_id, status, error)


@reachable
def record_end(
    tracking_uri: str,
    artifact_root: str | None,
    experiment: str,
    tags: dict[str, str],
    status: str,
    error: str,
    began: float,
) -> tuple[str, str] | None:
    """End the MLflow run of a Dagster run, and create it if there is none yet.

    Arguments and result are those of `run_end.record`.
    """
    from pipeweave_dagster.adapters.mlflow_store.registration import Registration
    from pipeweave_dagster.adapters.mlflow_store.run_end import record

    prepare_store(tracking_uri)
    where = Registration(tracking_uri, artifact_root, experiment, model_name="")
    return record(where, tags, status, error, began)


@reachable
def set_alias(tracking_uri: str, model_name: str, version: str, alias: str) -> dict[str, str]:
    """Set the alias of a version; a champion that is replaced becomes `previous`.

    Returns:
        The version of each alias of the model afterwards.
    """
    from pipeweave_dagster.adapters.mlflow_store.model_registry import aliases_of, move_alias

    prepare_store(tracking_uri)
    move_alias(tracking_uri, model_name, version, alias)
    return aliases_of(tracking_uri, model_name)


@reachable
def remove_aliases(tracking_uri: str, model_name: str, version: str) -> None:
    """Remove every alias of a version."""
    from pipeweave_dagster.adapters.mlflow_store import model_registry

    prepare_store(tracking_uri)
    model_registry.remove_aliases(tracking_uri, model_name, version)


@reachable
def current_aliases(tracking_uri: str, model_name: str) -> dict[str, MlflowLink] | None:
    """Return the version of each alias, or None if there is no registered model of that name."""
    from pipeweave_dagster.adapters.mlflow_store.model_registry import links_of_aliases

    prepare_store(tracking_uri)
    return links_of_aliases(tracking_uri, model_name)


def annotate(
    tracking_uri: str, model_name: str, version: str, tags: dict[str, str], description: str
) -> None:
    """Set tags of a version, and the description of its registered model, for MLflow's pages."""
    from pipeweave_dagster.adapters.mlflow_store.model_registry import describe

    prepare_store(tracking_uri)
    describe(tracking_uri, model_name, version, tags, description)


def version_with_alias(tracking_uri: str, model_name: str, alias: str) -> MlflowLink | None:
    """Return the version with an alias (`champion`, `previous` …), or None."""
    from pipeweave_dagster.adapters.mlflow_store.model_registry import link_of_alias

    prepare_store(tracking_uri)
    return link_of_alias(tracking_uri, model_name, alias)


@reachable
def missing_version(tracking_uri: str, link: MlflowLink | None) -> str:
    """Return why a version can no longer be used; empty if it can.

    Its run and experiment are restored if they are in MLflow's trash.
    """
    from pipeweave_dagster.adapters.mlflow_store.model_registry import restore

    prepare_store(tracking_uri)
    return "it was not registered in MLflow" if link is None else restore(tracking_uri, link)


@reachable
def delete_old_trials(tracking_uri: str, older_than: float, *, dry: bool) -> int:
    """Move trials (nested runs) of PipeWeave's experiments to the trash; return how many.

    The runs of trainings, and with them all registered models, stay.

    Args:
        tracking_uri: MLflow's store.
        older_than: Only trials that began before this time, in seconds since 1970.
        dry: Count only.
    """
    from pipeweave_dagster.adapters.mlflow_store.old_trials import delete

    prepare_store(tracking_uri)
    return delete(tracking_uri, older_than, dry=dry)


@reachable
def look_up(tracking_uri: str, model_name: str, experiment: str, runs: list[str]) -> InMlflow:
    """Return which versions and experiment MLflow has of a data set; see `removal.look`."""
    from pipeweave_dagster.adapters.mlflow_store.removal import look

    prepare_store(tracking_uri)
    return look(tracking_uri, model_name, experiment, runs)


@reachable
def remove_model(tracking_uri: str, model_name: str, experiment: str, runs: list[str]) -> InMlflow:
    """Delete the registered versions and the experiment of a data set; see `removal.remove`."""
    from pipeweave_dagster.adapters.mlflow_store.removal import remove

    prepare_store(tracking_uri)
    return remove(tracking_uri, model_name, experiment, runs)


@reachable
def rename_model(tracking_uri: str, models: tuple[str, str], experiments: tuple[str, str]) -> None:
    """Rename the registered model and the experiment of a data set, each from old to new."""
    from pipeweave_dagster.adapters.mlflow_store.removal import rename

    prepare_store(tracking_uri)
    rename(tracking_uri, models, experiments)
