"""What every asset does around its one call: reuse, store, describe, fail clearly."""

import dataclasses
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import dagster as dg

from pipeweave_dagster.adapters.state import Entry
from pipeweave_dagster.core.documents import Document
from pipeweave_dagster.lib.attempts import failure_recorder
from pipeweave_dagster.lib.current_run import dataset_of, state_of
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.lib.metadata.lineage import column_lineage
from pipeweave_dagster.lib.reuse_key import code_version, reuse_key
from pipeweave_dagster.services.patience import patiently
from pipeweave_dagster.services.workbench import Workbench

if TYPE_CHECKING:
    from pipeweave_dagster.services.advice import Advised

D = TypeVar("D", bound=Document)


def run_stage(  # noqa: PLR0913 - the last ones are given by keyword
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    kind: type[D],
    make: "Callable[[Path], D | Advised[D]]",
    *,
    inputs: Mapping[str, Document] | None = None,
    reads: Mapping[str, Any] | None = None,
    always: bool = False,
    outdated: Callable[[D], str] | None = None,
) -> dg.MaterializeResult[D]:
    """Reuse the stored document of the same key, or make, store and record a new one.

    This is the only place that stores an asset's document and enters it into the manifest of the
    run; the I/O manager loads from there, and publishes what the run has made.

    Args:
        context: The asset's context, with a partition.
        workbench: Storage and workers.
        kind: Type of the document.
        make: Makes the document; payload files go into the folder it is given. A note on advice
            becomes metadata; a document that is not final is not reused.
        inputs: Documents whose content the result depends on.
        reads: Anything else that it depends on.
        always: Make it in any case, where the result depends on the outside world.
        outdated: Returns why a stored document cannot be reused although its key is the same, as a
            clause; empty if it can.

    Raises:
        dagster.Failure: With code, text and details of the error that ended the stage.
    """
    asset = context.asset_key.path[-1]
    restarts = workbench.settings.crash_restarts
    began = time.monotonic()
    with dagster_failures(context, failure_recorder(context, workbench), restarts=restarts):
        state_of(context, workbench.store)  # the run begins here, not once its first asset is made
        version = context.op_execution_context.run_id if always else code_version(context)
        key = reuse_key(asset, version, inputs or {}, reads or {})
        result = None if always else _reused(context, workbench, kind, key)
        if result and outdated and (reason := outdated(result.document)):
            context.log.warning("%s is made again: %s.", asset, reason)
            result = None
        result = result or _made(context, workbench, make, key)
        advice = f"; advice: {result.advice}" if result.advice else ""
        context.log.info("%s: %s%s", asset, result.origin, advice)
        facts: dict[str, Any] = {"result": result.origin, "reuse key": key}
        facts |= describe(result.document, workbench.settings)
        facts |= column_lineage(result.document, _upstream(context))
        if result.advice:
            facts["advice"] = result.advice
        _record(context, workbench, result.entry, time.monotonic() - began)
    return dg.MaterializeResult(
        value=result.document,
        metadata=facts,
        data_version=dg.DataVersion(result.entry.document),
    )


@dataclasses.dataclass(frozen=True)
class _Result(Generic[D]):
    """A document in the storage, its entry, and where it comes from."""

    document: D
    entry: Entry
    origin: str
    advice: str = ""


def _reused(
    context: dg.AssetExecutionContext, workbench: Workbench, kind: type[D], key: str
) -> _Result[D] | None:
    store, asset = workbench.store, context.asset_key.path[-1]
    entry = store.result(dataset_of(context), asset, key)
    document = store.intact(entry.document, kind) if entry else None
    if entry is None or document is None:
        return None
    origin = f"reused from run {entry.run_id[:8]}: same input, settings and code"
    return _Result(document, entry, origin)


def _made(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    make: "Callable[[Path], D | Advised[D]]",
    key: str,
) -> _Result[D]:
    from pipeweave_dagster.services.advice import Advised
    from pipeweave_dagster.services.setting_origin import naming_the_file

    store, asset = workbench.store, context.asset_key.path[-1]
    run_id, began = context.op_execution_context.run_id, time.monotonic()
    folder = store.scratch(run_id, asset)
    try:
        with naming_the_file(store, dataset_of(context)):
            made = make(folder)
        advised = made if isinstance(made, Advised) else Advised(made)
        patiently(store.save_payloads, advised.document, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    address = patiently(store.save, advised.document)
    entry = Entry(document=address, key=key, run_id=run_id, made_at=time.time())
    if advised.final:
        patiently(store.save_result, dataset_of(context), asset, entry)
    origin = f"made in {time.monotonic() - began:.1f} s"
    return _Result(advised.document, entry, origin, advised.note)


def _record(
    context: dg.AssetExecutionContext, workbench: Workbench, entry: Entry, seconds: float
) -> None:
    """Enter a document into the manifest of the run, with the documents it was made from."""
    state = state_of(context, workbench.store)
    upstream = sorted(key.path[-1] for key in _upstream(context))
    known = state.manifest.entries
    inputs = {name: known[name].document for name in upstream if name in known}
    state.record(context.asset_key.path[-1], entry.model_copy(update={"inputs": inputs}), seconds)


def _upstream(context: dg.AssetExecutionContext) -> set[dg.AssetKey]:
    keys: set[dg.AssetKey] = context.assets_def.asset_deps[context.asset_key]
    return keys
