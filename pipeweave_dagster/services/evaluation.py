"""Evaluate a trained model, decide its alias, explain it, and record all in MLflow."""

import logging
import time
from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store import log_evaluation
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    Findings,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation import complete, evaluate_scores
from pipeweave_dagster.core.time_plan import CANARY_S, slice_left_s, slice_s
from pipeweave_dagster.services.alias_history import Cause
from pipeweave_dagster.services.champion import set_alias
from pipeweave_dagster.services.champion_decision import compare_with_champion, own_version
from pipeweave_dagster.services.model_versions import find_version, save_version, versions
from pipeweave_dagster.services.promotion_gate import gate_of
from pipeweave_dagster.services.tie_decision import Origin
from pipeweave_dagster.services.tracking import evaluation_in_mlflow
from pipeweave_dagster.services.withdrawal import withdraw
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)


Plan = tuple[PipelineSpec, Findings, DatasetSnapshot]
"""The pipeline, the findings and the table that a model was trained with."""


def evaluate_and_promote(
    workbench: Workbench,
    dataset: str,
    plan: Plan,
    trained: TrainedModel,
    folder: Path,
    run_id: str = "",
    *,
    full: bool = False,
) -> Evaluation:
    """Score a model on its test rows, decide its alias, explain it, and log all to MLflow.

    Scores and alias come first; what explains them is limited in time, and may fail, without
    changing either. This ends the model's MLflow run. If it fails, that run is FAILED until an
    evaluation succeeds.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        plan: What the model was trained with.
        trained: The model.
        folder: Empty folder for the model card.
        run_id: The Dagster run that decides.
        full: Whether to take as long as all parts need. A model that was evaluated before keeps
            its scores and its alias.
    """
    before = find_version(workbench.store, dataset, own_version(trained) or "") if full else None
    if before is not None:
        return complete_in_full(workbench, dataset, plan, trained, before[1], folder, run_id)
    with evaluation_in_mlflow(workbench, trained):
        evaluation = _scored(workbench, dataset, plan, trained, full=full)
        origin = Origin(plan[0], plan[2])
        decision, checks = gate_of(workbench, dataset, trained, evaluation, origin)
        evaluation = evaluation.model_copy(
            update={"promoted": decision.alias, "promotion_reason": decision.reason}
        )
        save_version(workbench.store, dataset, trained, evaluation, (plan[0], plan[2]))
        if trained.mlflow is not None and decision.alias != "none":
            cause = Cause(how="run", run_id=run_id, reason=decision.reason, checks=checks)
            set_alias(workbench, dataset, trained.mlflow.model_version, decision.alias, cause)
        seconds = None if full else _left_s(workbench, trained, slice_s(trained.budget_s))
        evaluation = _completed(workbench, plan, trained, evaluation, folder, seconds)
        _record(workbench, dataset, plan, trained, evaluation, folder)
    return evaluation


def complete_in_full(
    workbench: Workbench,
    dataset: str,
    plan: Plan,
    trained: TrainedModel,
    evaluation: Evaluation,
    folder: Path,
    run_id: str = "",
) -> Evaluation:
    """Make all parts of an evaluation at leisure; its scores and its alias stay as they are.

    Only a leak canary that trips now takes the alias from the model.
    """
    evaluation = _completed(workbench, plan, trained, evaluation, folder, None)
    canary = evaluation.canary
    if canary is not None and canary.state == "tripped" and evaluation.promoted != "none":
        reason = f"The leak canary tripped. {canary.message}"
        update = {"promoted": "none", "promotion_reason": reason}
        evaluation = evaluation.model_copy(update=update)
        withdraw(workbench, dataset, str(own_version(trained)), reason, run_id)
    _record(workbench, dataset, plan, trained, evaluation, folder, scores=False)
    return evaluation


def _left_s(
    workbench: Workbench, trained: TrainedModel, planned_s: float, kept_s: float = 0.0
) -> float:
    """Return what is left of planned seconds, if others are kept for what follows them."""
    budget_s = (trained.extended_to_s or trained.budget_s) - kept_s
    return slice_left_s(planned_s, budget_s, time.monotonic() - workbench.began)


def _scored(
    workbench: Workbench, dataset: str, plan: Plan, trained: TrainedModel, *, full: bool
) -> Evaluation:
    store, (spec, findings, snapshot) = workbench.store, plan
    evaluation = workbench.on_model(
        evaluate_scores,
        trained=trained,
        spec=spec,
        test_rows=store.payload(trained.test_rows),
        holdout_use=holdout_use(workbench, dataset, trained),
        origin=(store.payload(snapshot.data), findings),
        seconds=None if full else _left_s(workbench, trained, CANARY_S, slice_s(trained.budget_s)),
    )
    comparison = compare_with_champion(workbench, dataset, trained, snapshot)
    return evaluation.model_copy(update={"comparison": comparison})


def _completed(
    workbench: Workbench,
    plan: Plan,
    trained: TrainedModel,
    evaluation: Evaluation,
    folder: Path,
    seconds: float | None,
) -> Evaluation:
    """Add what explains the scores; if that fails within a limit, the scores are kept alone."""
    store, (spec, findings, snapshot) = workbench.store, plan
    try:
        return workbench.on_model(
            complete,
            evaluation=evaluation,
            trained=trained,
            spec=spec,
            model=store.payload(trained.evaluated or trained.model),
            test_rows=store.payload(trained.test_rows),
            out=folder,
            origin=(store.payload(snapshot.data), findings),
            seconds=seconds,
            tested_like=store.payload(trained.tested_like) if trained.tested_like else None,
        )
    except PipeWeaveError as error:
        if seconds is None:
            raise
        logger.warning("The model could not be explained: %s", error)
        note = f"It could not be explained: {error.message}"
        return evaluation.model_copy(update={"notes": [*evaluation.notes, note]})


def _record(
    workbench: Workbench,
    dataset: str,
    plan: Plan,
    trained: TrainedModel,
    evaluation: Evaluation,
    folder: Path,
    *,
    scores: bool = True,
) -> None:
    """Keep an evaluation as that of its version, and log it to MLflow."""
    save_version(workbench.store, dataset, trained, evaluation, (plan[0], plan[2]))
    if trained.mlflow is not None:
        workbench.on_model(
            log_evaluation,
            tracking_uri=workbench.settings.tracking_uri,
            link=trained.mlflow,
            evaluation=evaluation,
            card=folder / evaluation.card.name if evaluation.card else None,
            scores=scores,
        )


def holdout_use(workbench: Workbench, dataset: str, trained: TrainedModel) -> int:
    """Return how many models were evaluated on these test rows, this one included."""
    own = own_version(trained)
    earlier = [
        found[0]
        for version in versions(workbench.store, dataset)
        if version != own and (found := find_version(workbench.store, dataset, version))
    ]
    return 1 + sum(bool(m.test_digest) and m.test_digest == trained.test_digest for m in earlier)
