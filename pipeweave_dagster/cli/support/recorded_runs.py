"""Run records of the Dagster instance."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.core.errors import not_found

if TYPE_CHECKING:
    import dagster as dg

RunId = Annotated[str, typer.Argument(help="Run id, or its first characters.")]


def record_of(instance: "dg.DagsterInstance", prefix: str) -> Any:
    """Return the record of the run whose id begins with a prefix.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none, or more than one.
    """
    found = instance.get_run_record_by_id(prefix)
    if found is not None:
        return found
    recent = [
        r for r in instance.get_run_records(limit=1000) if r.dagster_run.run_id.startswith(prefix)
    ]
    if len(recent) != 1:
        what = "Several runs begin" if recent else "No run begins"
        raise not_found(f"{what} with {prefix[:40]!r}.", fix="See 'pipeweave runs ls'.")
    return recent[0]


def facts_of(record: Any) -> dict[str, Any]:
    """Return what commands show about a run."""
    run = record.dagster_run
    took = record.end_time - record.start_time if record.end_time and record.start_time else None
    return {
        "run_id": run.run_id,
        "job": run.job_name,
        "dataset": run.tags.get("dagster/partition"),
        "status": run.status.value,
        "started": record.start_time,
        "seconds": round(took, 1) if took is not None else None,
        "reason": run.tags.get("pipeweave/reason"),
    }
