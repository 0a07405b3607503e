"""Documents in and out of the storage, and HEAD moved when a run has made all it was to make."""

import time
from functools import cached_property
from typing import Any

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.core.documents import Document
from pipeweave_dagster.lib.asset_lines import keys_to_make, line_of
from pipeweave_dagster.lib.resources import WorkbenchResource

KEY_METADATA = "reuse key"
# The resource key; a name of its own, since a project that takes PipeWeave in has its `io_manager`.
DOCUMENTS = "pipeweave_documents"


class DocumentIOManager(dg.IOManager):
    """Loads inputs from the run's manifest and writes results into it (see `adapters.state`).

    It depends on no resource in Dagster's sense: Dagster would open the workbench of the run a
    second time for it, with workers that nobody calls.

    Args:
        workbench: Says where the storage is.
    """

    def __init__(self, workbench: WorkbenchResource) -> None:
        self._workbench = workbench

    @cached_property
    def _store(self) -> DocumentStore:
        return self._workbench.open().store

    def handle_output(self, context: dg.OutputContext, obj: Document) -> None:
        """Store the document, enter it into the manifest, and publish after the last one."""
        asset = context.asset_key.path[-1]
        state = self._state(context)
        address, key = state.store.save(obj), _key_of(context)
        known = state.store.result(state.dataset, asset, key) if key else None
        known = known if known and known.document == address else None
        seen = state.manifest.entries
        entry = Entry(
            document=address,
            key=key,
            run_id=known.run_id if known else context.run_id,
            made_at=known.made_at if known else time.time(),
            inputs={n: seen[n].document for n in _upstream_names(context) if n in seen},
        )
        state.record(asset, entry)
        conflict = publish(state, _line_of(context))
        if conflict:
            context.log.warning(
                "HEAD of %s stays: %s. This run's documents are kept, but the newer state counts.",
                state.dataset,
                conflict,
            )

    def load_input(self, context: dg.InputContext) -> Document:
        """The document that this run sees for the upstream asset."""
        from pipeweave_dagster.core.errors import PipeWeaveError
        from pipeweave_dagster.lib.failures import failure_of

        kind: type[Document] = context.dagster_type.typing_type
        state = self._state(context)
        try:
            entry = state.entry(context.asset_key.path[-1])
            return state.store.load(entry.document, kind)
        except PipeWeaveError as error:
            raise failure_of(error) from error

    def _state(self, context: dg.OutputContext | dg.InputContext) -> RunState:
        run = context.step_context.dagster_run
        return RunState(self._store, context.partition_key, run.run_id, run.parent_run_id)


def _key_of(context: dg.OutputContext) -> str:
    value: Any = (context.output_metadata or {}).get(KEY_METADATA)
    return str(getattr(value, "value", value) or "")


def _upstream_names(context: dg.OutputContext) -> list[str]:
    layer = context.step_context.job_def.asset_layer
    parents = layer.asset_graph.get(context.asset_key).parent_keys
    return sorted(key.path[-1] for key in parents)


def _line_of(context: dg.OutputContext) -> set[str]:
    """The documents of this line and data set that this run was asked to make."""
    job = context.step_context.job_def
    graph = job.asset_layer.asset_graph
    here = graph.get(context.asset_key).partitions_def
    line = line_of(context.asset_key.path[-1])
    return {
        key.path[-1]
        for key in keys_to_make(job, context.step_context.dagster_run)
        if key.path[-1] in line and graph.get(key).partitions_def == here
    }
