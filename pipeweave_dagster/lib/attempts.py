"""How a run ends for a data set: recorded as its last attempt, which the pages show."""

import time
from collections.abc import Callable

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore, mark_changed
from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, validation_error
from pipeweave_dagster.lib.current_run import dataset_of, state_of
from pipeweave_dagster.lib.failures import failure_of
from pipeweave_dagster.services.receive import uploads_of
from pipeweave_dagster.services.workbench import Workbench


def failure_recorder(
    context: dg.AssetExecutionContext, workbench: Workbench
) -> Callable[[PipeWeaveError], None]:
    """Return a function that records an error as the end of the data set's last attempt.

    A run of a data set of which nothing is stored, such as one that was requested just before the
    data set was renamed or removed, is not recorded: that alone would bring its name back.
    """

    def record(error: PipeWeaveError) -> None:
        asset = context.asset_key.path[-1]
        if error.code is ErrorCode.NOT_FOUND and not _exists(workbench, dataset_of(context)):
            return
        state_of(context, workbench.store).attempt("failed", asset=asset, error=error.envelope())

    return record


def _exists(workbench: Workbench, dataset: str) -> bool:
    records = workbench.store.storage.list(f"datasets/{dataset}/")
    return next(iter(records), None) is not None or bool(uploads_of(workbench.store, dataset))


def end_attempt(store: DocumentStore, dataset: str, run_id: str, error: PipeWeaveError) -> None:
    """Mark a run as failed, and the data set's last attempt, where they still count as running."""
    manifest = store.manifest(dataset, run_id)
    if manifest is not None and manifest.state == "running":
        ended = {"state": "failed", "ended_at": time.time()}
        store.change_manifest(manifest, lambda current: current.model_copy(update=ended))
        mark_changed(store.storage, dataset)
    last = store.attempt(dataset)
    if last is not None and last.run_id == run_id and last.state == "running":
        failed = {"state": "failed", "error": error.envelope()}
        store.save_attempt(dataset, last.model_copy(update=failed))


def stop_if_blocked(
    context: dg.AssetExecutionContext, workbench: Workbench, findings: Findings
) -> None:
    """Fail the run if a finding blocks it, with the messages of all blocking findings.

    Raises:
        dagster.Failure: If a finding is blocked and not overridden.
    """
    if not findings.blocked:
        return
    messages = [f"{f.code}: {f.message} {f.proposal}".strip() for f in findings.blocked]
    error = validation_error(
        " ".join(messages),
        fix=_how_to_unblock(findings.blocked, context.partition_key),
        findings=[f.code for f in findings.blocked],
    )
    state = state_of(context, workbench.store)
    state.attempt("failed", asset="findings", error=error.envelope(), blocked=messages)
    raise failure_of(error)


def _how_to_unblock(blocked: list[Finding], dataset: str) -> str:
    """Return the commands that accept or override findings, where settings can resolve them."""
    command = f"pipeweave findings {dataset}"
    patched = next((f.code for f in blocked if f.patch), None)
    # An override cannot make up for a missing target, or for missing rows of it.
    overridable = next((f.code for f in blocked if f.group != "target"), None)
    steps = []
    if patched:
        steps.append(f"accept the proposal with '{command} --accept {patched}'")
    if overridable:
        steps.append(
            f"override the finding with '{command} --override {overridable} --reason TEXT'"
        )
    then = "then run the data set again."
    text = f"{', or '.join(steps)}; {then}" if steps else then
    return text[0].upper() + text[1:]
