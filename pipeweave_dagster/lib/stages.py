"""What every asset of the line does around its one call: reuse, store, explain, fail clearly."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
from pydantic import BaseModel

from pipeweave_dagster.adapters.state import Entry, RunState
from pipeweave_dagster.core.documents import DatasetSettings, Document, Finding, Findings
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.lib.failures import failure_of, told_to_dagster
from pipeweave_dagster.lib.io_manager import KEY_METADATA
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.services.advice import Advised
from pipeweave_dagster.services.workbench import Workbench

D = TypeVar("D", bound=Document)


def reuse_key(
    asset: str, code_version: str, inputs: Mapping[str, Document], reads: Mapping[str, Any]
) -> str:
    """Hash of all that an asset's result depends on.

    Args:
        asset: Name of the asset.
        code_version: Kept by hand, moved when the asset's result changes for equal input.
        inputs: The documents it reads.
        reads: The part of settings and documents that it reads besides.
    """
    facts = {
        "asset": asset,
        "code": code_version,
        "inputs": {name: document.sha256 for name, document in inputs.items()},
        "reads": {
            name: value.model_dump(mode="json") if isinstance(value, BaseModel) else value
            for name, value in reads.items()
        },
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def run_stage(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    kind: type[D],
    make: Callable[[Path], D | Advised[D]],
    *,
    inputs: Mapping[str, Document] | None = None,
    reads: Mapping[str, Any] | None = None,
    always: bool = False,
) -> dg.MaterializeResult[D]:
    """Take the stored document of the same key, or make it and store its payloads.

    Args:
        context: The asset's context, with a partition.
        workbench: Storage and workers.
        kind: Type of the document.
        make: Makes the document; payload files go into the folder it is given. What it says of
            advice becomes metadata; a document that is not final is not reused.
        inputs: Documents whose content the result depends on.
        reads: Anything else that it depends on.
        always: Make it in any case, where the result depends on the outside world.

    Raises:
        dagster.Failure: With code, text and details of the error that ended the stage.
    """
    asset = context.asset_key.path[-1]
    dataset = dataset_of(context)
    began, said = time.monotonic(), ""

    with told_to_dagster(context, note_failure(context, workbench)):
        version = context.op_execution_context.run_id if always else _code_version(context)
        key = reuse_key(asset, version, inputs or {}, reads or {})
        found = None if always else workbench.store.result(dataset, asset, key)
        if found is not None:
            document = workbench.store.load(found.document, kind)
            note = f"reused from run {found.run_id[:8]}: same input, settings and code"
        else:
            document, said, final = _made(context, workbench, asset, make)
            entry = Entry(
                document=workbench.store.save(document),
                key=key,
                run_id=context.op_execution_context.run_id,
                made_at=time.time(),
            )
            if final:
                workbench.store.save_result(dataset, asset, entry)
            note = f"made in {time.monotonic() - began:.1f} s"
        context.log.info("%s: %s%s", asset, note, f"; advice: {said}" if said else "")
    facts = {"result": note, KEY_METADATA: key, **describe(document, workbench.settings)}
    return dg.MaterializeResult(
        value=document,
        metadata={**facts, "advice": said} if said else facts,
        data_version=dg.DataVersion(document.sha256),
    )


def dataset_of(context: dg.AssetExecutionContext) -> str:
    """The data set that the run is for.

    Raises:
        dagster.Failure: If the run was started without a partition.
    """
    if context.has_partition_key:
        name: str = context.partition_key
        return name
    raise failure_of(
        validation_error(
            "This run names no data set.",
            fix="Choose a partition (the data set) in the launchpad, or upload a file.",
        )
    )


def settings_read(settings: DatasetSettings, *names: str) -> DatasetSettings:
    """Only the settings that a stage reads, so that the others do not make it stale."""
    return DatasetSettings(**{name: getattr(settings, name) for name in names})


def note_failure(
    context: dg.AssetExecutionContext, workbench: Workbench
) -> Callable[[PipeWeaveError], None]:
    """A function that records an error as how the data set's last attempt ended."""

    def record(error: PipeWeaveError) -> None:
        state = RunState(
            workbench.store, context.partition_key, context.op_execution_context.run_id
        )
        state.attempt("failed", asset=context.asset_key.path[-1], error=error.envelope())

    return record


def stop_if_blocked(
    context: dg.AssetExecutionContext, workbench: Workbench, document: Findings
) -> None:
    """End the run if guardrails block it, with their messages and the commands that resolve them.

    Raises:
        dagster.Failure: If a finding is blocked and not overridden.
    """
    if not document.blocked:
        return
    messages = [f"{f.code}: {f.message} {f.proposal}".strip() for f in document.blocked]
    error = validation_error(
        " ".join(messages),
        fix=_how_to_unblock(document.blocked, context.partition_key),
        findings=[f.code for f in document.blocked],
    )
    state = RunState(workbench.store, context.partition_key, context.op_execution_context.run_id)
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


def _made(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    asset: str,
    make: Callable[[Path], D | Advised[D]],
) -> Advised[D]:
    folder = workbench.store.scratch(context.op_execution_context.run_id, asset)
    try:
        made = make(folder)
        advised = made if isinstance(made, Advised) else Advised(made)
        workbench.store.save_payloads(advised.document, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return advised


def _code_version(context: dg.AssetExecutionContext) -> str:
    return context.assets_def.code_versions_by_key.get(context.asset_key) or ""
