"""Write predictions back into a database, where `predictions: {to: …}` says so."""

from pathlib import Path

from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot
from pipeweave_dagster.services.pull import connection_of
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.sources import load_source
from pipeweave_dagster.services.workbench import Workbench


def write_back(workbench: Workbench, dataset: str, batch: str, rows: Path) -> str:
    """Write the predictions of a batch into the table of the settings.

    Rows that an earlier run has written for the batch are replaced.

    Args:
        workbench: Settings and storage.
        dataset: The data set.
        batch: Name of the batch.
        rows: Parquet with the predictions.

    Returns:
        What was written where, in words; empty if the settings name no table.

    Raises:
        PipeWeaveError: NOT_FOUND without the source; see also `write_batch`.
    """
    from pipeweave_dagster.adapters.sources.write_back import write_batch

    settings = settings_of(workbench.store, dataset)
    wanted = settings.predictions
    if wanted is None:
        return ""
    name, _, table = wanted.to.partition(".")
    source = load_source(workbench.store, name)
    with Worker(access="network") as worker:
        written = worker.call(
            workbench.settings.task_time_limit_s,
            write_batch,
            source=source,
            url=connection_of(workbench.settings, source),
            table=table,
            batch=batch,
            rows=rows,
            types=_types(workbench, dataset, settings),
        )
    number = counted(written, "row")
    return f"{number} of batch {batch} written to {table} of the source {name}."


def _types(workbench: Workbench, dataset: str, settings: DatasetSettings) -> dict[str, str]:
    """Return the types that the columns of `id` and `keep` have in the typed table."""
    snapshot = workbench.store.latest(dataset, DatasetSnapshot.kind, DatasetSnapshot)
    types = {column.name: column.type for column in snapshot.columns} if snapshot else {}
    return {name: types[name] for name in settings.copied if name in types}
