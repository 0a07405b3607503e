"""Evaluate a trained model, decide its alias, and record both in MLflow."""

from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store import log_evaluation
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    Findings,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.services.alias_history import Cause
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.champion_decision import compare_with_champion, own_version
from pipeweave_dagster.services.model_versions import find_version, save_version, versions
from pipeweave_dagster.services.promotion_gate import gate_of
from pipeweave_dagster.services.tracking import evaluation_in_mlflow
from pipeweave_dagster.services.workbench import Workbench


def evaluate_and_promote(
    workbench: Workbench,
    dataset: str,
    plan: tuple[PipelineSpec, Findings, DatasetSnapshot],
    trained: TrainedModel,
    folder: Path,
    run_id: str = "",
) -> Evaluation:
    """Score a model on its test rows, decide its alias, and log both to MLflow.

    This ends the model's MLflow run. If it fails, that run is FAILED until an evaluation succeeds.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        plan: The pipeline, the findings and the table that the model was trained with.
        trained: The model.
        folder: Empty folder for the model card.
        run_id: The Dagster run that decides.
    """
    with evaluation_in_mlflow(workbench, trained):
        evaluation = _evaluated(workbench, dataset, plan, trained, folder)
        decision, checks = gate_of(workbench, dataset, trained, evaluation)
        evaluation = evaluation.model_copy(
            update={"promoted": decision.alias, "promotion_reason": decision.reason}
        )
        if trained.mlflow is not None:
            workbench.on_model(
                log_evaluation,
                tracking_uri=workbench.settings.tracking_uri,
                link=trained.mlflow,
                evaluation=evaluation,
                card=folder / evaluation.card.name if evaluation.card else None,
            )
        save_version(workbench.store, dataset, trained, evaluation, (plan[0], plan[2]))
        if trained.mlflow is not None and decision.alias != "none":
            cause = Cause(how="run", run_id=run_id, reason=decision.reason, checks=checks)
            set_alias(workbench, dataset, trained.mlflow.model_version, decision.alias, cause)
    return evaluation


def _evaluated(
    workbench: Workbench,
    dataset: str,
    plan: tuple[PipelineSpec, Findings, DatasetSnapshot],
    trained: TrainedModel,
    folder: Path,
) -> Evaluation:
    store, (spec, findings, snapshot) = workbench.store, plan
    evaluation = workbench.on_model(
        evaluate,
        trained=trained,
        spec=spec,
        model=store.payload(trained.evaluated or trained.model),
        test_rows=store.payload(trained.test_rows),
        out=folder,
        holdout_use=holdout_use(workbench, dataset, trained),
        origin=(store.payload(snapshot.data), findings),
    )
    comparison = compare_with_champion(workbench, dataset, trained, snapshot)
    return evaluation.model_copy(update={"comparison": comparison})


def holdout_use(workbench: Workbench, dataset: str, trained: TrainedModel) -> int:
    """Return how many models were evaluated on these test rows, this one included."""
    own = own_version(trained)
    earlier = [
        found[0]
        for version in versions(workbench.store, dataset)
        if version != own and (found := find_version(workbench.store, dataset, version))
    ]
    return 1 + sum(bool(m.test_digest) and m.test_digest == trained.test_digest for m in earlier)
