"""Take the aliases from a version that turned out to be invalid after its promotion."""

from pipeweave_dagster.adapters import mlflow_store
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.alias_history import Cause
from pipeweave_dagster.services.champion import model_name, notice_moves
from pipeweave_dagster.services.model_aliases import record_aliases, record_moves
from pipeweave_dagster.services.promotion import roll_back
from pipeweave_dagster.services.workbench import Workbench


def withdraw(
    workbench: Workbench, dataset: str, version: str, reason: str, run_id: str = ""
) -> None:
    """Remove every alias of a version; the champion before it, if there is one, serves again.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        version: The version.
        reason: Why, for the history.
        run_id: The Dagster run that found it out.
    """
    cause = Cause(how="rollback", run_id=run_id, reason=reason)
    if notice_moves(workbench, dataset).get("champion") == version:
        try:
            roll_back(workbench, dataset, cause=cause)
        except PipeWeaveError as error:
            if error.code is not ErrorCode.NOT_FOUND:  # there was none before
                raise
    before = notice_moves(workbench, dataset)
    workbench.on_model(
        mlflow_store.remove_aliases,
        tracking_uri=workbench.settings.tracking_uri,
        model_name=model_name(dataset),
        version=version,
    )
    after = {alias: held for alias, held in before.items() if held != version}
    record_moves(workbench.store, dataset, before, after, cause)
    record_aliases(workbench.store, dataset, after)
