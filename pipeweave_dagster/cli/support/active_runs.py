"""Runs of a data set that are queued or under way."""

from typing import TYPE_CHECKING

from pipeweave_dagster.core.errors import validation_error

if TYPE_CHECKING:
    import dagster as dg


def refuse_active(instance: "dg.DagsterInstance", dataset: str) -> None:
    """Refuse to go on while a data set has runs that would write what is about to be removed.

    Raises:
        PipeWeaveError: VALIDATION_ERROR with the runs, and how to cancel them.
    """
    from pipeweave_dagster.lib.restarts import active_runs

    runs = active_runs(instance, dataset)
    if not runs:
        return
    first = runs[0].run_id[:8]
    raise validation_error(
        f"{dataset!r} has {len(runs)} runs that are queued or under way.",
        fix=f"Wait for them (see 'pipeweave runs ls --name {dataset}'), or cancel them with "
        f"'pipeweave runs cancel {first}'.",
        dataset=dataset,
        runs=[run.run_id for run in runs],
    )
