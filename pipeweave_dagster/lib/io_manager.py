"""Load documents for a run, and publish what it has made."""

from functools import cached_property

import dagster as dg

from pipeweave_dagster.adapters.state import DocumentStore, RunState
from pipeweave_dagster.core.documents import Document
from pipeweave_dagster.lib.failures import io_failures
from pipeweave_dagster.lib.publishing import publish_and_log
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.lib.run_selection import published_together

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
        run, job = context.step_context.dagster_run, context.step_context.job_def
        with io_failures(context):
            state = self._state(context)
            publish_and_log(context.log, state, published_together(job, run, context.asset_key))

    def load_input(self, context: dg.InputContext) -> Document:
        """Load the upstream asset's document as this run sees it."""
        kind: type[Document] = context.dagster_type.typing_type
        with io_failures(context):
            state = self._state(context)
            entry = state.entry(context.asset_key.path[-1])
            return state.store.load(entry.document, kind)

    def _state(self, context: dg.OutputContext | dg.InputContext) -> RunState:
        run = context.step_context.dagster_run
        parent = run.parent_run_id
        return RunState(self._store, context.partition_key, run.run_id, parent, run.job_name)
