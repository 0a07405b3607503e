"""The run that an asset is made in."""

import dagster as dg
from dagster._core.errors import DagsterInvalidPropertyError


def run_of(context: dg.AssetExecutionContext) -> dg.DagsterRun | None:
    """The run, or None where a test calls an asset."""
    try:
        return context.run
    except DagsterInvalidPropertyError:
        return None
