"""The run that an asset is made in."""

import logging

import dagster as dg
from dagster._core.errors import DagsterInvalidPropertyError

logger = logging.getLogger(__name__)


def run_of(context: dg.AssetExecutionContext) -> dg.DagsterRun | None:
    """The run, or None where a test calls an asset."""
    try:
        return context.run
    except DagsterInvalidPropertyError:
        return None


def tag_run(context: dg.AssetExecutionContext, tags: dict[str, str]) -> None:
    """Tag the run, if there is one; a training must not fail for a note that could not be made.

    SQLite refuses a write when another process holds the database for too long.
    """
    run = run_of(context)
    if run is None:
        return
    try:
        context.instance.add_run_tags(run.run_id, tags)
    except Exception as error:  # noqa: BLE001 - every storage has errors of its own
        logger.warning("The run could not be tagged with %s: %s", tags, error)
