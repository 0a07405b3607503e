"""Load documents for a run, and publish what it has made."""

from functools import cached_property

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore, RunState, publish
from pipeweave_dagster.core.asset_catalog import made_with
from pipeweave_dagster.core.documents import Document
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib.failures import failure_of
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.run_selection import selected_keys

# The resource key; a name of its own, since a project that includes PipeWeave has an `io_manager`.
DOCUMENTS = "pipeweave_documents"


class DocumentIOManager(dg.IOManager):
    """Loads inputs from the run's manifest and moves HEAD after the run's last document.

    Storing is done by the stage (see `lib.stages`), which knows the reuse key.

    It has no resource dependency in Dagster's sense: Dagster would open the run's workbench a
    second time for it, with workers that nobody calls.

    Args:
        workbench: Configuration of the storage.
    """

    def __init__(self, workbench: WorkbenchResource) -> None:
        self._workbench = workbench

    @cached_property
    def _store(self) -> DocumentStore:
        return self._workbench.open().store

    def handle_output(self, context: dg.OutputContext, obj: Document) -> None:
        """Publish once the run has made everything it was requested to make."""
        del obj  # the stage has stored it
        state = self._state(context)
        conflict = publish(state, _assets_to_make(context))
        if conflict:
            context.log.warning(
                "HEAD of %s was not moved: %s. This run's documents are kept, but the newer state "
                "stays published.",
                state.dataset,
                conflict,
            )

    def load_input(self, context: dg.InputContext) -> Document:
        """Load the upstream asset's document as this run sees it."""
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


def _assets_to_make(context: dg.OutputContext) -> set[str]:
    """Return the assets that are published together with this one and that the run is to make.

    "Materialize all" in the web UI selects the assets of both jobs. A data set without rows to
    score then fails in the second, which must not keep the first from being published.
    """
    job = context.step_context.job_def
    graph = job.asset_layer.asset_graph
    partitions = graph.get(context.asset_key).partitions_def
    together = made_with(context.asset_key.path[-1])
    return {
        key.path[-1]
        for key in selected_keys(job, context.step_context.dagster_run)
        if key.path[-1] in together and graph.get(key).partitions_def == partitions
    }
