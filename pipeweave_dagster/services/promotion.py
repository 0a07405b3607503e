"""Promote a version through the gate, and roll back to an earlier champion."""

from typing import NamedTuple

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.core.alerts import Observation
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.alerting import report
from pipeweave_dagster.services.alias_history import Cause, by_user, moves_of, rollback_targets
from pipeweave_dagster.services.champion import notice_moves, set_alias, with_alias
from pipeweave_dagster.services.model_versions import load_version, versions
from pipeweave_dagster.services.promotion_gate import Gate, gate_of_version
from pipeweave_dagster.services.usable_versions import first_usable
from pipeweave_dagster.services.workbench import Workbench

_SHORTEST_REASON = 3


class RolledBack(NamedTuple):
    """The champion again, and nearer versions with the reason why they cannot predict any more."""

    version: str
    passed_over: dict[str, str]


def promote_version(
    workbench: Workbench, dataset: str, version: str, reason: str = "", *, force: bool = False
) -> Gate:
    """Make a version the champion if the gate lets it, or by force with a reason that is kept.

    Raises:
        PipeWeaveError: NOT_FOUND unless the version is both in this storage and, as the same
            model, in MLflow; VALIDATION_ERROR with the failed checks if the gate is
            closed, and for force without a reason.
    """
    if force and len(reason.strip()) < _SHORTEST_REASON:
        raise validation_error(
            "A forced promotion needs a reason, which is kept in the history.",
            fix="Add --reason TEXT.",
        )
    _require_usable(workbench, dataset, version)
    gate = gate_of_version(workbench, dataset, version)
    failed = [check for check in gate.checks if not check.passed]
    if not gate.is_open and not force:
        raise validation_error(
            f"Version {version} of {dataset!r} is not promoted. "
            + " ".join(f"{check.name}: {check.message}" for check in failed),
            fix=f"Promote another version, or add --force --reason TEXT. See 'pipeweave models "
            f"history {dataset}'.",
            failed=[check.name for check in failed],
        )
    cause = by_user("promote", reason or gate.decision.reason)
    forced = force and not gate.is_open
    cause = cause.model_copy(update={"checks": gate.checks, "forced": forced})
    set_alias(workbench, dataset, version, "champion", cause)
    return gate


def roll_back(
    workbench: Workbench, dataset: str, reason: str = "", *, cause: Cause | None = None
) -> RolledBack:
    """Make the nearest champion before the current one that can predict the champion again.

    It has been through the gate before, so it is not asked again: a rollback must be quick. A
    version that cannot predict any more is passed over, and the reason is kept in the history.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        reason: Why the user of this process rolls back.
        cause: Who or what rolls back, if not the user.

    Raises:
        PipeWeaveError: NOT_FOUND if there was none, or none that can predict any more.
    """
    notice_moves(workbench, dataset)
    moves = moves_of(workbench.store, dataset)
    candidates, note = rollback_targets(moves), ""
    if not any(move.alias == "champion" for move in moves):  # from before moves were recorded
        previous = with_alias(workbench, dataset, "previous")
        candidates = [previous.current.link.model_version] if previous.current else []
        note = previous.note
    found = first_usable(workbench, dataset, candidates)
    if found.version is None:
        what = "no earlier champion that can predict" if candidates else "no previous champion"
        raise not_found(
            f"{dataset!r} has {what}. {note or found.note}".strip(),
            fix="Use 'pipeweave models promote', or run the data set again.",
            passed_over=found.passed_over,
        )
    because = cause or by_user("rollback", reason)
    because = because.model_copy(update={"reason": f"{because.reason} {found.note}".strip()})
    set_alias(workbench, dataset, found.version, "champion", because)
    if cause is None:  # that of a run is in its checks
        _report(workbench, dataset, found.version, because.reason)
    return RolledBack(found.version, found.passed_over)


def _report(workbench: Workbench, dataset: str, version: str, reason: str) -> None:
    """Leave the rollback for the alerts."""
    move = moves_of(workbench.store, dataset)[-1]
    found = Observation(
        kind="rollback",
        subject=f"move {move.number}",
        at=move.at,
        dataset=dataset,
        severity="warning",
        text=f"Version {version} is the champion again. {reason}".strip(),
    )
    report(workbench.store, found)


def _require_usable(workbench: Workbench, dataset: str, version: str) -> None:
    known = f"See 'pipeweave models history {dataset}'."
    if version not in versions(workbench.store, dataset):
        raise not_found(f"{dataset!r} has no model version {version[:20]}.", fix=known)
    trained, _ = load_version(workbench.store, dataset, version)
    problem = workbench.on_model(
        mlflow_store.missing_version,
        tracking_uri=workbench.settings.tracking_uri,
        link=trained.mlflow,
    )
    if problem:
        raise not_found(
            f"Version {version} of {dataset!r} cannot be promoted: {problem}.",
            fix=f"Promote another version, or run the data set again. {known}",
        )
