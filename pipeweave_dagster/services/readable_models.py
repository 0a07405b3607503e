"""Make the readable twin of a model a version of its own, and promote it through the gate."""

import tempfile
from pathlib import Path
from typing import cast

from pipeweave_dagster.adapters.mlflow_store import log_evaluation
from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Evaluation,
    MlflowLink,
    PipelineSpec,
    ReadableTwin,
    TrainedModel,
)
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.evaluation import complete, evaluate_scores
from pipeweave_dagster.core.evaluation.report.twin_texts import difference
from pipeweave_dagster.core.training import twin_as_model
from pipeweave_dagster.services.champion import find_champion
from pipeweave_dagster.services.champion_decision import compare_with_champion
from pipeweave_dagster.services.evaluation import holdout_use
from pipeweave_dagster.services.info_sheet import findings_of
from pipeweave_dagster.services.model_versions import (
    find_version,
    load_origin,
    load_version,
    save_version,
    versions,
)
from pipeweave_dagster.services.promotion import promote_version
from pipeweave_dagster.services.promotion_gate import Gate, gate_of
from pipeweave_dagster.services.training import register_model
from pipeweave_dagster.services.workbench import Workbench

_Origin = tuple[PipelineSpec, DatasetSnapshot]


def promote_readable(
    workbench: Workbench,
    dataset: str,
    version: str | None = None,
    reason: str = "",
    *,
    force: bool = False,
) -> tuple[str, Gate]:
    """Make the readable twin of a version the champion; return its own version, and the gate.

    It is fitted on all rows, registered and evaluated as any model. That is done once: a second
    call takes the version that the first one left.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        version: Whose twin; default: the champion, without one the newest version.
        reason: Why, for the history.
        force: Whether to promote in spite of the gate.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such version or it has no twin; VALIDATION_ERROR if
            the twin is significantly worse or the gate is closed, and for force without a reason.
    """
    of = version or _usual_version(workbench, dataset)
    trained, evaluation = load_version(workbench.store, dataset, of)
    twin = _twin_of(dataset, of, trained, evaluation)
    if twin.comparison.verdict == "worse" and not force:
        raise validation_error(
            f"The readable twin of version {of} of {dataset!r} is significantly worse, in "
            f"{trained.metric}: {difference(twin.comparison)}.",
            fix="Keep the model, or add --force --reason TEXT.",
            failed=["evaluation"],
        )
    own = _registered(workbench, dataset, of, twin) or _register(
        workbench, dataset, of, trained, twin, evaluation
    )
    return own, promote_version(workbench, dataset, own, reason, force=force)


def _usual_version(workbench: Workbench, dataset: str) -> str:
    champion = find_champion(workbench, dataset).current
    if champion is not None:
        return champion.link.model_version
    known = versions(workbench.store, dataset)
    if not known:
        raise not_found(f"{dataset!r} has no model.", fix="Train one first: 'pipeweave run FILE'.")
    return known[-1]


def _twin_of(
    dataset: str, version: str, trained: TrainedModel, evaluation: Evaluation
) -> ReadableTwin:
    if trained.readable_of is not None:
        raise validation_error(
            f"Version {version} of {dataset!r} is a readable twin itself, that of version "
            f"{trained.readable_of}.",
            fix=f"Use 'pipeweave models promote {dataset} --version {version}', or name another.",
        )
    if evaluation.readable is None:
        raise not_found(
            f"Version {version} of {dataset!r} has no readable twin.",
            fix=f"'pipeweave evaluate {dataset} --full' makes that of the newest model.",
        )
    return evaluation.readable


def _registered(workbench: Workbench, dataset: str, version: str, twin: ReadableTwin) -> str | None:
    """Return the version that the twin is registered as, if it is."""
    for own in versions(workbench.store, dataset):
        found = find_version(workbench.store, dataset, own)
        # Files of equal models differ, by the time they were written.
        if found and found[0].readable_of == version and found[0].recipe == [twin.member]:
            return own
    return None


def _register(
    workbench: Workbench,
    dataset: str,
    version: str,
    trained: TrainedModel,
    twin: ReadableTwin,
    evaluation: Evaluation,
) -> str:
    """Fit the twin on all rows, evaluate it, and keep it in MLflow and in the storage."""
    store = workbench.store
    spec, snapshot = load_origin(store, dataset, version)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = workbench.on_model(
            twin_as_model,
            spec=spec,
            trained=trained,
            twin=twin,
            version=version,
            data=store.payload(snapshot.data),
            model=store.payload(twin.model),
            out=folder,
            tested_like=store.payload(trained.tested_like) if trained.tested_like else None,
        )
        found = _evaluated(workbench, dataset, version, made, (spec, snapshot), evaluation, folder)
        store.save_payloads(made, folder)
        store.save_payloads(found, folder)
        tags = {
            "pipeweave.dataset": dataset,
            "pipeweave.data_sha256": snapshot.data.sha256,
            "pipeweave.readable_of": version,
        }
        made = register_model(workbench, dataset, made, spec, folder, tags)
        found = _decided(workbench, dataset, made, snapshot, found)
        save_version(store, dataset, made, found, (spec, snapshot))
        link = cast(MlflowLink, made.mlflow)
        workbench.on_model(
            log_evaluation,
            tracking_uri=workbench.settings.tracking_uri,
            link=link,
            evaluation=found,
            card=folder / found.card.name if found.card else None,
        )
    return link.model_version


def _evaluated(
    workbench: Workbench,
    dataset: str,
    version: str,
    made: TrainedModel,
    origin: _Origin,
    before: Evaluation,
    folder: Path,
) -> Evaluation:
    """Evaluate the twin as any model, with the leak canary of the pipeline that both share."""
    store, (spec, snapshot) = workbench.store, origin
    findings = findings_of(store, dataset, version)
    scores = workbench.on_model(
        evaluate_scores,
        trained=made,
        spec=spec,
        test_rows=folder / made.test_rows.name,
        holdout_use=holdout_use(workbench, dataset, made),
    )
    dropped = [step for step in scores.dropped if step != "leak canary" or before.canary is None]
    scores = scores.model_copy(
        update={"canary": before.canary, "dropped": dropped, "readable": before.readable}
    )
    return workbench.on_model(
        complete,
        evaluation=scores,
        trained=made,
        spec=spec,
        model=folder / (made.evaluated or made.model).name,
        test_rows=folder / made.test_rows.name,
        out=folder,
        origin=(store.payload(snapshot.data), findings) if findings else None,
    )


def _decided(
    workbench: Workbench,
    dataset: str,
    made: TrainedModel,
    snapshot: DatasetSnapshot,
    evaluation: Evaluation,
) -> Evaluation:
    """Keep with the version what the gate says of it."""
    compared = compare_with_champion(workbench, dataset, made, snapshot)
    evaluation = evaluation.model_copy(update={"comparison": compared})
    decision = gate_of(workbench, dataset, made, evaluation).decision
    promoted = "champion" if decision.alias == "champion" else "none"
    return evaluation.model_copy(update={"promoted": promoted, "promotion_reason": decision.reason})
