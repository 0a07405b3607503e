"""What an earlier attempt of the same Dagster run has registered: one version per run, no more."""

from typing import Any

from pipeweave_dagster.adapters.mlflow_store.registration import Registration
from pipeweave_dagster.core.documents import MlflowLink, TrainedModel

MODEL_TAG = "pipeweave.model_sha256"
"""Set last, so that a version with it is complete."""

_RUN_TAGS = ("dagster.run_id", "pipeweave.restart_of")
_MAX_RUNS = 100


def earlier_attempt(
    client: Any,
    where: Registration,
    experiment_id: str,
    trained: TrainedModel,
    tags: dict[str, str],
) -> MlflowLink | None:
    """Return the version that an earlier attempt has registered for the same model file.

    Versions of another model file, or incomplete ones, are deleted: the attempt trained anew, so
    no document refers to them. A version with an alias is kept.

    Args:
        client: MLflow's client.
        where: Store and names.
        experiment_id: The experiment of the data set.
        trained: The model that is to be registered.
        tags: Tags of the training: its Dagster run, and the interrupted run that it repeats.
    """
    for run_id in _runs(client, experiment_id, tags):
        for found in client.search_model_versions(f"run_id = '{run_id}'"):
            # A search leaves aliases out.
            version = client.get_model_version(found.name, found.version)
            if version.name != where.model_name or version.aliases:
                continue
            if version.tags.get(MODEL_TAG) == trained.model.sha256:
                return MlflowLink(
                    experiment_id=experiment_id,
                    run_id=run_id,
                    model_name=where.model_name,
                    model_version=str(version.version),
                    model_uri=f"models:/{where.model_name}/{version.version}",
                )
            client.delete_model_version(where.model_name, version.version)
    return None


def _runs(client: Any, experiment_id: str, tags: dict[str, str]) -> list[str]:
    found = []
    for run in {tags[name] for name in _RUN_TAGS if tags.get(name)}:
        own = f"tags.`dagster.run_id` = '{run}'"
        runs = client.search_runs([experiment_id], own, max_results=_MAX_RUNS)
        found += [str(run.info.run_id) for run in runs]
    return found
