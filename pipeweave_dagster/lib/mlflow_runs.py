"""Which MLflow runs are open, and ending those that a Dagster run left open.

While a training is under way its Dagster run is tagged as open. A run that was killed, timed out or
was cancelled cannot end its MLflow run itself; `end_open_runs` does it later.
"""

import contextlib
import logging
from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib.current_run import run_of, tag_run
from pipeweave_dagster.lib.dagster_links import links_of
from pipeweave_dagster.lib.failure_reasons import error_of
from pipeweave_dagster.lib.partitions import MLFLOW_TAG
from pipeweave_dagster.lib.run_selection import selected_keys
from pipeweave_dagster.services.tracking import MLFLOW_RUN, record_end
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)
_OPEN, _ENDED = "open", "ended"
_ENDS = {
    dg.DagsterRunStatus.SUCCESS: "FINISHED",
    dg.DagsterRunStatus.FAILURE: "FAILED",
    dg.DagsterRunStatus.CANCELED: "KILLED",
}
_MOST_AT_ONCE = 10


def will_make(context: dg.AssetExecutionContext, asset: str) -> bool:
    """Return whether this run is to make that asset, too."""
    run = run_of(context)
    return run is not None and any(
        key.path[-1] == asset for key in selected_keys(context.job_def, run)
    )


@contextlib.contextmanager
def open_in_mlflow(context: dg.AssetExecutionContext, *, ends: bool) -> Iterator[None]:
    """Tag the Dagster run as open in MLflow until this block or, without `ends`, the evaluation."""
    tag_run(context, {MLFLOW_TAG: _OPEN})
    with ended_in_mlflow(context, ends=ends):
        yield


@contextlib.contextmanager
def ended_in_mlflow(context: dg.AssetExecutionContext, *, ends: bool = True) -> Iterator[None]:
    """Tag the Dagster run as ended in MLflow if the block has ended its MLflow run."""
    try:
        yield
    except PipeWeaveError as error:
        if MLFLOW_RUN in error.details:
            tag_run(context, {MLFLOW_TAG: _ENDED})
        raise
    if ends:
        tag_run(context, {MLFLOW_TAG: _ENDED})


def end_open_runs(instance: dg.DagsterInstance, workbench: Workbench) -> list[str]:
    """End open MLflow runs of ended Dagster runs with the same status; return the run ids.

    If there are none it costs one query of Dagster's storage. If MLflow does not respond, the next
    call tries again.
    """
    still_open = dg.RunsFilter(statuses=[*_ENDS], tags={MLFLOW_TAG: _OPEN})
    ended = []
    for record in instance.get_run_records(still_open, limit=_MOST_AT_ONCE):
        run = record.dagster_run
        try:
            _end(instance, workbench, run, record.start_time or record.create_timestamp.timestamp())
        except PipeWeaveError as error:
            logger.warning("The end of run %s is not in MLflow yet: %s", run.run_id, error)
            break
        instance.add_run_tags(run.run_id, {MLFLOW_TAG: _ENDED})
        ended.append(run.run_id)
    return ended


def _end(
    instance: dg.DagsterInstance, workbench: Workbench, run: dg.DagsterRun, began: float
) -> None:
    dataset = run.tags["dagster/partition"]
    asset = next((k for k in run.asset_selection or () if k.path[-1] == "model"), "model")
    name = asset if isinstance(asset, str) else asset.to_user_string()
    tags = links_of(run.run_id, name, dataset, workbench.settings)
    error = error_of(instance, run.run_id)
    record_end(workbench, dataset, tags, _ENDS[run.status], error, began)
