"""Train a model, and register it in MLflow."""

import contextlib
import time
from pathlib import Path
from typing import Any, TypedDict

from pipeweave_dagster.adapters.dask_cluster import train_on_cluster
from pipeweave_dagster.adapters.mlflow_store import log_training, prepare_store
from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, PipelineSpec, TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.families import FAMILIES, PlugInFamily
from pipeweave_dagster.core.time_plan import training_s
from pipeweave_dagster.core.training import train
from pipeweave_dagster.services.champion import model_name
from pipeweave_dagster.services.patience import patiently
from pipeweave_dagster.services.tracking import experiment_name, training_in_mlflow
from pipeweave_dagster.services.trial_cache import trials_folder
from pipeweave_dagster.services.workbench import Workbench

# However slow reading was, training gets this share of the budget for itself.
_GUARANTEED_SHARE = 0.4
# An extended budget leaves this share of the time limit for what follows.
_LIMIT_SHARE = 0.8


class _Given(TypedDict):
    """What a training gets on this machine and on a cluster alike."""

    spec: PipelineSpec
    data: Path
    out: Path
    budget_s: float
    started_at: float
    trials: Path | None
    memory_mb: float | None
    tested_like: Path | None
    after_s: float
    most_s: float


def train_and_log(  # noqa: PLR0913 - the last ones are given by keyword
    workbench: Workbench,
    dataset: str,
    plan: tuple[PipelineSpec, DatasetSnapshot],
    folder: Path,
    budget_s: float,
    tags: dict[str, str],
    *,
    ends: bool = True,
    tested_like: Payload | None = None,
) -> TrainedModel:
    """Train within the budget, counted from the start of the run, and register the model.

    A training that fails leaves a FAILED run in MLflow.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        plan: The pipeline, and the table to train on.
        folder: Empty folder for the payloads.
        budget_s: Seconds for the training.
        tags: Tags of the MLflow run.
        ends: Whether that run is FINISHED afterwards; else the evaluation ends it.
        tested_like: Test rows that the model's own test rows follow.
    """
    with training_in_mlflow(workbench, dataset, tags):
        trained = _trained(workbench, plan, folder, budget_s, tested_like)
        return register_model(workbench, dataset, trained, plan[0], folder, tags, ends=ends)


def register_model(
    workbench: Workbench,
    dataset: str,
    trained: TrainedModel,
    spec: PipelineSpec,
    folder: Path,
    tags: dict[str, str],
    *,
    ends: bool = True,
) -> TrainedModel:
    """Log a trained model in MLflow and register it; waits for a service that is away.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        trained: The model.
        spec: Its pipeline.
        folder: Where its files are.
        tags: Tags of the MLflow run.
        ends: Whether that run is FINISHED afterwards; else the evaluation ends it.
    """
    return patiently(
        workbench.on_model,
        log_training,
        tracking_uri=workbench.settings.tracking_uri,
        artifact_root=workbench.settings.artifact_root,
        experiment=experiment_name(dataset),
        model_name=model_name(dataset),
        trained=trained,
        spec=spec,
        model=folder / trained.model.name,
        tags=tags,
        ends=ends,
    )


def _trained(
    workbench: Workbench,
    plan: tuple[PipelineSpec, DatasetSnapshot],
    folder: Path,
    budget_s: float,
    tested_like: Payload | None,
) -> TrainedModel:
    spec, snapshot = plan
    with contextlib.suppress(PipeWeaveError):  # registering waits for a service that is away
        # A new store takes seconds, which are part of the budget here.
        workbench.on_model(prepare_store, tracking_uri=workbench.settings.tracking_uri)
    latest_start = time.monotonic() - training_s(budget_s) + _GUARANTEED_SHARE * budget_s
    limit_s, engine = workbench.settings.run_limit_s(budget_s), workbench.settings.engine
    data = workbench.store.payload(snapshot.data)
    given = _Given(
        spec=spec,
        data=data,
        out=folder,
        budget_s=budget_s,
        started_at=max(workbench.began, latest_start),
        trials=trials_folder(workbench, spec, snapshot, tested_like.sha256 if tested_like else ""),
        memory_mb=workbench.free_mb(),
        tested_like=workbench.store.payload(tested_like) if tested_like else None,
        after_s=budget_s - training_s(budget_s),
        most_s=_LIMIT_SHARE * limit_s,
    )
    if engine is None:
        trained = workbench.on_model_within(limit_s, train, **given)
    else:
        storage = workbench.store.storage
        shared = str(data) if storage.local_path(snapshot.data.key) else None
        trained = workbench.on_model_within(
            limit_s,
            train_on_cluster,
            address=engine,
            table=shared or f"{storage.url}/{snapshot.data.key}",
            **given,
        )
    check_size(trained, workbench.settings.max_model_size_mb)
    return trained.of_table(snapshot).model_copy(update={"tested_like": tested_like})


def plug_in_weights(spec: PipelineSpec) -> dict[str, Any]:
    """Return the hashes of the weights that the foundation models of a pipeline have now."""
    named = {name for step in spec.steps for name in step.params.get("families", [])}
    families = (family for family in FAMILIES.values() if family.name in named)
    return {f.name: f.candidate_params for f in families if isinstance(f, PlugInFamily)}


def check_size(trained: TrainedModel, limit_mb: int) -> None:
    """Refuse a model file that is too large, before it is uploaded.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the size and the limit.
    """
    size_mb = trained.model.size_bytes / 2**20
    if size_mb > limit_mb:
        raise validation_error(
            f"The model file has {size_mb:,.0f} MB, more than the limit of {limit_mb:,} MB.",
            fix="Raise MAX_MODEL_SIZE_MB, or exclude the forests from `families` in the pipeline.",
            size_mb=round(size_mb),
            limit_mb=limit_mb,
        )
