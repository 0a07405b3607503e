"""Log a training as MLflow runs: one per training, with a nested run per trial."""

import contextlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.mlflow_store.earlier_attempt import MODEL_TAG, earlier_attempt
from pipeweave_dagster.adapters.mlflow_store.pyfunc_model import log_served_model
from pipeweave_dagster.adapters.mlflow_store.registration import Registration
from pipeweave_dagster.core.documents import MlflowLink, PipelineSpec, TrainedModel, Trial

_log = logging.getLogger(__name__)

_MAX_TRIALS = 30
_MAX_VALUE = 500
_MAX_TAG = 5_000


def log_run(
    where: Registration,
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    tags: dict[str, str],
    *,
    ends: bool,
) -> MlflowLink:
    """Log everything; the run stays open or ends FINISHED, or FAILED after an exception."""
    import mlflow

    began = time.monotonic()
    if trained.overrides:
        tags = {**tags, "pipeweave.overrides": "\n".join(trained.overrides)[:_MAX_TAG]}
    mlflow.set_tracking_uri(where.tracking_uri)
    mlflow.set_registry_uri(where.tracking_uri)
    client = mlflow.MlflowClient(where.tracking_uri, where.tracking_uri)
    experiment_id = experiment_of(client, where)
    known = earlier_attempt(client, where, experiment_id, trained, tags)
    if known is not None:
        _log.info("%s version %s is registered already", where.model_name, known.model_version)
        client.update_run(known.run_id, status="FINISHED" if ends else "RUNNING")
        return known
    with _run(client, experiment_id, f"train {trained.winner}", tags, ends=ends) as run_id:
        _describe(client, run_id, trained, spec, tags)
        for trial in trained.leaderboard[:_MAX_TRIALS]:
            _log_trial(client, experiment_id, run_id, trial, trained.metric)
        info = log_served_model(run_id, where.model_name, trained, model)
        number = str(info.registered_model_version)
        for key, value in {**tags, MODEL_TAG: trained.model.sha256}.items():
            client.set_model_version_tag(where.model_name, number, key, value)
    _log.info(
        "registered %s version %s (%.1f s)", where.model_name, number, time.monotonic() - began
    )
    return MlflowLink(
        experiment_id=experiment_id,
        run_id=run_id,
        model_name=where.model_name,
        model_version=number,
        model_uri=f"models:/{where.model_name}/{number}",
    )


@contextlib.contextmanager
def _run(
    client: Any, experiment_id: str, name: str, tags: dict[str, str], *, ends: bool
) -> Iterator[str]:
    run = client.create_run(experiment_id, run_name=name, tags=tags)
    run_id: str = run.info.run_id
    try:
        yield run_id
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    if ends:
        client.set_terminated(run_id, "FINISHED")
    else:  # logging a model ends the run
        client.update_run(run_id, status="RUNNING")


def experiment_of(client: Any, where: Registration) -> str:
    """Return the id of the experiment; it is created if absent and restored if deleted."""
    from mlflow.exceptions import MlflowException

    experiment = client.get_experiment_by_name(where.experiment)
    if experiment is None:
        location = f"{where.artifact_root}/{where.experiment}" if where.artifact_root else None
        try:
            return str(client.create_experiment(where.experiment, artifact_location=location))
        except MlflowException:  # another process was first, or it was deleted
            experiment = client.get_experiment_by_name(where.experiment)
            if experiment is None:
                raise
    if experiment.lifecycle_stage == "deleted":
        client.restore_experiment(experiment.experiment_id)
    return str(experiment.experiment_id)


def _describe(
    client: Any, run_id: str, trained: TrainedModel, spec: PipelineSpec, tags: dict[str, str]
) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

    best = trained.leaderboard[0] if trained.leaderboard else None
    facts: dict[str, Any] = {
        "task": trained.task,
        "target": trained.target,
        "metric": trained.metric,
        "winner": trained.winner,
        "verdict": trained.verdict,
        "features": len(trained.features),
        "split": spec.split.kind,
        "budget_s": trained.budget_s,
    }
    scores = {
        f"cv_{trained.metric}": best.score if best else None,
        f"cv_{trained.metric}_std": best.score_std if best else None,
        "rows_train": trained.rows_train,
        "rows_test": trained.rows_test,
        "used_s": trained.used_s,
    }
    now = int(time.time() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(k, float(v), now, 0) for k, v in scores.items() if v is not None],
        params=[Param(key, str(value)[:_MAX_VALUE]) for key, value in facts.items()],
    )
    client.log_text(run_id, spec.to_json().decode(), "pipeline.json")
    client.log_text(run_id, trained.to_json().decode(), "model.json")
    digest = tags.get("pipeweave.data_sha256")
    if digest:
        name = tags.get("pipeweave.dataset", "dataset")
        data = Dataset(name, digest[:36], "pipeweave", f'{{"sha256": "{digest}"}}')
        client.log_inputs(
            run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])]
        )


def _log_trial(client: Any, experiment_id: str, parent: str, trial: Trial, metric: str) -> None:
    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    tags = {"mlflow.parentRunId": parent, "state": trial.state, "note": trial.note}
    run = client.create_run(experiment_id, run_name=trial.name, tags=tags)
    scores = {f"cv_{metric}": trial.score, "fit_seconds": trial.fit_seconds}
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(k, float(v), now, 0) for k, v in scores.items() if v is not None],
        params=[
            Param(key, str(value)[:_MAX_VALUE])
            for key, value in {"family": trial.family, **trial.params}.items()
        ],
    )
    ended = {"failed": "FAILED", "out of time": "KILLED"}.get(trial.state, "FINISHED")
    client.set_terminated(run.info.run_id, ended)
