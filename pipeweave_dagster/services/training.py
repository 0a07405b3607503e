"""Training, evaluation and scoring with the worker, the registry and the storage put together."""

import hashlib
import json
import shutil
import time
from importlib import metadata
from pathlib import Path

from pipeweave_dagster.adapters.mlflow_store import (
    bearer,
    log_evaluation,
    log_training,
)
from pipeweave_dagster.adapters.mlflow_store import set_alias as move_alias
from pipeweave_dagster.core.documents import (
    Comparison,
    DatasetSnapshot,
    Evaluation,
    Findings,
    MlflowLink,
    PipelineSpec,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.evaluation import Promotion, compare, evaluate, promote
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.artifacts.packages import package_versions
from pipeweave_dagster.services.model_aliases import record_alias, record_aliases
from pipeweave_dagster.services.model_versions import load_version, save_version, versions
from pipeweave_dagster.services.tracking import (
    evaluation_in_mlflow,
    experiment_name,
    training_in_mlflow,
)
from pipeweave_dagster.services.workbench import Workbench

# However slow reading was, training gets this share of the budget for itself.
_GUARANTEED_SHARE = 0.5
# Moved when candidates of one name, or folds of one number, come to mean something else.
_TRIALS_VERSION = "2"
_KEPT_TRIALS = 20
_KEPT_BYTES = 2**30


def train_and_log(
    workbench: Workbench,
    dataset: str,
    plan: tuple[PipelineSpec, SchemaDeduction, DatasetSnapshot],
    folder: Path,
    budget_s: float,
    tags: dict[str, str],
    *,
    ends: bool = True,
) -> TrainedModel:
    """Train within the budget, counted from the start of the run, and register the model.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        plan: What to train, and on what.
        folder: Empty; gets the payloads.
        budget_s: Seconds for the training.
        tags: Facts for the MLflow run.
        ends: Whether that run is FINISHED then; else it stays open for the evaluation. A training
            that fails is a FAILED run in any case.
    """
    with training_in_mlflow(workbench, dataset, tags):
        trained = _trained(workbench, plan, folder, budget_s)
        return workbench.on_model(
            log_training,
            tracking_uri=workbench.settings.tracking_uri,
            artifact_root=workbench.settings.artifact_root,
            experiment=experiment_name(dataset),
            model_name=model_name(dataset),
            trained=trained,
            spec=plan[0],
            model=folder / trained.model.name,
            tags=tags,
            ends=ends,
        )


def _trained(
    workbench: Workbench,
    plan: tuple[PipelineSpec, SchemaDeduction, DatasetSnapshot],
    folder: Path,
    budget_s: float,
) -> TrainedModel:
    spec, _, snapshot = plan
    latest_start = time.time() - (1 - _GUARANTEED_SHARE) * budget_s
    trained = workbench.on_model_within(
        workbench.settings.run_limit_s(budget_s),
        train,
        spec=spec,
        data=workbench.store.payload(snapshot.data),
        out=folder,
        budget_s=budget_s,
        started_at=max(workbench.began, latest_start),
        trials=trials_folder(workbench, spec, snapshot),
        memory_mb=workbench.free_mb(),
    )
    check_size(trained, workbench.settings.max_model_size_mb)
    known = [column for column in snapshot.columns if column.name in trained.features]
    table = [column.name for column in snapshot.columns]
    return trained.model_copy(update={"columns": known, "table": table})


def trials_folder(workbench: Workbench, spec: PipelineSpec, snapshot: DatasetSnapshot) -> Path:
    """Where searches on this table with this pipeline keep their finished trials.

    It stands in the cache of this machine: without it a search begins anew. Another version of a
    package that fits has a folder of its own. The oldest folders are removed where there are more
    than twenty, or where all together hold more than 1 GB.
    """
    root = workbench.settings.cache_folder / "trials"
    packages = json.dumps({**package_versions(), "pipeweave": metadata.version("pipeweave")})
    facts = [spec.sha256, snapshot.data.sha256, _TRIALS_VERSION, packages]
    own = root / hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]
    known = sorted((p for p in root.glob("*") if p != own), key=lambda p: -p.stat().st_mtime)
    held = _bytes_in(own)
    for place, folder in enumerate(known):
        held += _bytes_in(folder)
        if place >= _KEPT_TRIALS - 1 or held > _KEPT_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
    return own


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def check_size(trained: TrainedModel, limit_mb: int) -> None:
    """Refuse a model file that is too large, before it goes anywhere.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the size and the limit.
    """
    size_mb = trained.model.size_bytes / 2**20
    if size_mb > limit_mb:
        raise validation_error(
            f"The model file has {size_mb:,.0f} MB, more than the limit of {limit_mb:,} MB.",
            fix="Raise MAX_MODEL_SIZE_MB, or leave the forests out of `families` in the pipeline.",
            size_mb=round(size_mb),
            limit_mb=limit_mb,
        )


def model_name(dataset: str) -> str:
    """The registered model of a data set."""
    return f"pipeweave-{dataset}"


def evaluate_and_promote(
    workbench: Workbench,
    dataset: str,
    plan: tuple[PipelineSpec, Findings, DatasetSnapshot],
    trained: TrainedModel,
    folder: Path,
) -> Evaluation:
    """Score on the test rows, decide the alias, and write both into MLflow.

    With it the run in MLflow ends; where it fails, that has failed until an evaluation succeeds.
    """
    with evaluation_in_mlflow(workbench, trained):
        evaluation = _evaluated(workbench, dataset, plan, trained, folder)
        decision = decide(workbench, dataset, trained, evaluation)
        told = {"promoted": decision.alias, "promotion_reason": decision.reason}
        evaluation = evaluation.model_copy(update=told)
        if trained.mlflow is not None:
            workbench.on_model(
                log_evaluation,
                tracking_uri=workbench.settings.tracking_uri,
                link=trained.mlflow,
                evaluation=evaluation,
                card=folder / evaluation.card.name if evaluation.card else None,
            )
        save_version(workbench.store, dataset, trained, evaluation, (plan[0], plan[2]))
        apply(workbench, dataset, trained, decision)
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
    compared = compare_with_champion(workbench, dataset, trained)
    return evaluation.model_copy(update={"comparison": compared})


def holdout_use(workbench: Workbench, dataset: str, trained: TrainedModel) -> int:
    """How often a model of the data set was evaluated on these test rows, this time included."""
    own = trained.mlflow.model_version if trained.mlflow else None
    earlier = [
        load_version(workbench.store, dataset, version)[0]
        for version in versions(workbench.store, dataset)
        if version != own
    ]
    return 1 + sum(bool(m.test_digest) and m.test_digest == trained.test_digest for m in earlier)


def compare_with_champion(
    workbench: Workbench, dataset: str, trained: TrainedModel
) -> Comparison | None:
    """A paired test on the test rows that both have; None where there is no other champion."""
    present = champion_link(workbench, dataset)
    own = trained.mlflow.model_version if trained.mlflow else None
    if present is None or present.model_version == own:
        return None
    champion = load_version(workbench.store, dataset, present.model_version)[0]
    return workbench.on_model(
        compare,
        trained=trained,
        test_rows=workbench.store.payload(trained.test_rows),
        champion=champion,
        champion_rows=workbench.store.payload(champion.test_rows),
        other=f"champion, version {present.model_version}",
    )


def decide(
    workbench: Workbench, dataset: str, trained: TrainedModel, evaluation: Evaluation
) -> Promotion:
    """Compare with the present champion, if it is another version."""
    present = champion_link(workbench, dataset)
    own = trained.mlflow.model_version if trained.mlflow else None
    if present is None or present.model_version == own:
        return promote(evaluation, None)
    champion, known = load_version(workbench.store, dataset, present.model_version)
    if champion.target != trained.target:
        return Promotion(
            alias="challenger",
            reason=f"It predicts {trained.target!r}, but the champion predicts "
            f"{champion.target!r}, and files in predict/ must not change their meaning by "
            f"themselves. 'pipeweave models promote {dataset} {own}' makes it the champion.",
        )
    return promote(evaluation, known)


def apply(workbench: Workbench, dataset: str, trained: TrainedModel, decision: Promotion) -> None:
    """Set the alias that was decided."""
    if trained.mlflow is not None and decision.alias != "none":
        set_alias(workbench, dataset, trained.mlflow.model_version, decision.alias)


def set_alias(workbench: Workbench, dataset: str, version: str, alias: str) -> None:
    """Move an alias in the registry and record all of them; a replaced champion is `previous`."""
    aliases = workbench.on_model(
        move_alias,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        version=version,
        alias=alias,
    )
    record_aliases(workbench.store, dataset, aliases)


def alias_link(workbench: Workbench, dataset: str, alias: str) -> MlflowLink | None:
    """The version that bears an alias, or None."""
    link = workbench.on_model(
        bearer,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        alias=alias,
    )
    # Somebody may have moved it in MLflow's own UI.
    record_alias(workbench.store, dataset, alias, link.model_version if link else None)
    return link


def champion_link(workbench: Workbench, dataset: str) -> MlflowLink | None:
    """Where the champion stands in MLflow, or None if there is none."""
    return alias_link(workbench, dataset, "champion")


def champion_of(workbench: Workbench, dataset: str) -> tuple[MlflowLink, TrainedModel]:
    """The champion.

    Raises:
        PipeWeaveError: NOT_FOUND if the data set has no champion, with the reason if models were
            trained and none was accepted.
    """
    link = champion_link(workbench, dataset)
    if link is None:
        known = versions(workbench.store, dataset)
        last = load_version(workbench.store, dataset, known[-1])[1] if known else None
        raise not_found(
            f"{dataset!r} has no champion model"
            + (f": version {known[-1]} was not accepted. {last.promotion_reason}" if last else "."),
            fix="Give it more data, other columns or more time and run it again."
            if last
            else "Train one first: put a file into uploads/, or use 'pipeweave run FILE'.",
            dataset=dataset,
        )
    return link, load_version(workbench.store, dataset, link.model_version)[0]
