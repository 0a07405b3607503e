"""Evaluate a trained model, decide its alias, and record both in MLflow."""

from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store import log_evaluation
from pipeweave_dagster.core.documents import (
    Comparison,
    DatasetSnapshot,
    Evaluation,
    Findings,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation import Promotion, compare, evaluate, promote
from pipeweave_dagster.core.evaluation.model_changes import changes_from
from pipeweave_dagster.services.champion import find_champion, set_alias
from pipeweave_dagster.services.model_versions import find_version, save_version, table_of, versions
from pipeweave_dagster.services.tracking import evaluation_in_mlflow
from pipeweave_dagster.services.workbench import Workbench


def evaluate_and_promote(
    workbench: Workbench,
    dataset: str,
    plan: tuple[PipelineSpec, Findings, DatasetSnapshot],
    trained: TrainedModel,
    folder: Path,
) -> Evaluation:
    """Score a model on its test rows, decide its alias, and log both to MLflow.

    This ends the model's MLflow run. If it fails, that run is FAILED until an evaluation succeeds.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        plan: The pipeline, the findings and the table that the model was trained with.
        trained: The model.
        folder: Empty folder for the model card.
    """
    with evaluation_in_mlflow(workbench, trained):
        evaluation = _evaluated(workbench, dataset, plan, trained, folder)
        decision = decide(workbench, dataset, trained, evaluation)
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
            set_alias(workbench, dataset, trained.mlflow.model_version, decision.alias)
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
    own = _own_version(trained)
    earlier = [
        found[0]
        for version in versions(workbench.store, dataset)
        if version != own and (found := find_version(workbench.store, dataset, version))
    ]
    return 1 + sum(bool(m.test_digest) and m.test_digest == trained.test_digest for m in earlier)


def compare_with_champion(
    workbench: Workbench,
    dataset: str,
    trained: TrainedModel,
    snapshot: DatasetSnapshot | None = None,
) -> Comparison | None:
    """Compare by a paired test on rows that neither learned from; None without other champion.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        trained: The model.
        snapshot: The table that it was trained with; None if it was not kept.
    """
    champion = find_champion(workbench, dataset).current
    if champion is None or champion.link.model_version == _own_version(trained):
        return None
    store, theirs = workbench.store, champion.trained
    before = table_of(store, dataset, champion.link.model_version)
    return workbench.on_model(
        compare,
        trained=trained,
        test_rows=store.payload(trained.test_rows),
        champion=theirs,
        champion_rows=store.payload(theirs.test_rows),
        other=f"champion, version {champion.link.model_version}",
        table=store.payload(snapshot.data) if snapshot else None,
        champion_table=store.payload(before.data) if before else None,
        champion_model=store.payload(theirs.evaluated or theirs.model),
    )


def decide(
    workbench: Workbench, dataset: str, trained: TrainedModel, evaluation: Evaluation
) -> Promotion:
    """Decide the alias by comparison with the current champion, if that is another version."""
    found, own = find_champion(workbench, dataset), _own_version(trained)
    champion = found.current
    if champion is None or champion.link.model_version == own:
        decision = promote(evaluation, None)
        reason = f"{decision.reason} {found.note}".strip()
        return decision.model_copy(update={"reason": reason})
    if evaluation.comparison is None:
        changes = changes_from(champion.trained, trained)
        uncompared = Comparison(
            other="champion",
            rows=0,
            verdict="not compared",
            changes=changes.sentences,
            obstacle=changes.obstacle,
        )
        evaluation = evaluation.model_copy(update={"comparison": uncompared})
    decision = promote(evaluation, champion.evaluation)
    if decision.alias != "challenger":
        return decision
    command = f"pipeweave models promote {dataset} --version {own} --force --reason TEXT"
    reason = f"{decision.reason} '{command}' makes it the champion all the same."
    return decision.model_copy(update={"reason": reason})


def _own_version(trained: TrainedModel) -> str | None:
    return trained.mlflow.model_version if trained.mlflow else None
