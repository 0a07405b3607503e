"""The run and the data set that an asset is made for."""

import logging

import dagster as dg
from dagster._core.errors import DagsterInvalidPropertyError

from pipeweave_dagster.adapters.state import DocumentStore, RunState
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.lib.failures import failure_of

logger = logging.getLogger(__name__)


def run_of(context: dg.AssetExecutionContext) -> dg.DagsterRun | None:
    """Return the run, or None where a test calls an asset directly."""
    try:
        return context.run
    except DagsterInvalidPropertyError:
        return None


def dataset_of(context: dg.AssetExecutionContext) -> str:
    """Return the data set that the run is for.

    Raises:
        dagster.Failure: If the run was started without a partition.
    """
    if context.has_partition_key:
        name: str = context.partition_key
        return name
    raise failure_of(
        validation_error(
            "This run has no data set.",
            fix="Choose a partition (the data set) in the launchpad, or upload a file.",
        )
    )


def state_of(context: dg.AssetExecutionContext, store: DocumentStore) -> RunState:
    """Return what this run has read and made so far of its data set."""
    run = run_of(context)
    run_id, parent = context.op_execution_context.run_id, run.parent_run_id if run else None
    return RunState(store, dataset_of(context), run_id, parent, run.job_name if run else "")


def tag_run(context: dg.AssetExecutionContext, tags: dict[str, str]) -> None:
    """Tag the run, if there is one; a failed write is logged and never fails the run.

    SQLite refuses a write if another process locks the database for too long.
    """
    run = run_of(context)
    if run is None:
        return
    try:
        context.instance.add_run_tags(run.run_id, tags)
    except Exception as error:  # noqa: BLE001 - every storage has errors of its own
        logger.warning("The run could not be tagged with %s: %s", tags, error)
