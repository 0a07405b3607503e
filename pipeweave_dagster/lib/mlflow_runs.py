"""Dagster's side of the link to MLflow: which runs are open there, and ending what was left open.

While a training is under way its Dagster run is tagged as open. What a run cannot tell any more,
since it was killed, ran out of time or was cancelled, is told later by whoever comes next.
"""

import contextlib
import logging
from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib.asset_lines import keys_to_make
from pipeweave_dagster.lib.current_run import run_of, tag_run
from pipeweave_dagster.lib.dagster_links import links_of
from pipeweave_dagster.lib.failure_reasons import error_of
from pipeweave_dagster.lib.partitions import MLFLOW_TAG
from pipeweave_dagster.services.tracking import RECORDED, record_end
from pipeweave_dagster.services.workbench import Workbench

logger = logging.getLogger(__name__)
_OPEN, _ENDED = "open", "ended"
_ENDS = {
    dg.DagsterRunStatus.SUCCESS: "FINISHED",
    dg.DagsterRunStatus.FAILURE: "FAILED",
    dg.DagsterRunStatus.CANCELED: "KILLED",
}
_AT_A_TIME = 10


def will_make(context: dg.AssetExecutionContext, asset: str) -> bool:
    """Whether this run is to make that asset of the line, too."""
    run = run_of(context)
    return run is not None and any(
        key.path[-1] == asset for key in keys_to_make(context.job_def, run)
    )


@contextlib.contextmanager
def open_in_mlflow(context: dg.AssetExecutionContext, *, ends: bool) -> Iterator[None]:
    """Around a training: its run in MLflow is open, until this block or its evaluation ends."""
    tag_run(context, {MLFLOW_TAG: _OPEN})
    with ended_in_mlflow(context, ends=ends):
        yield


@contextlib.contextmanager
def ended_in_mlflow(context: dg.AssetExecutionContext, *, ends: bool = True) -> Iterator[None]:
    """Around what ends the run in MLflow: nobody has to end it later, if that was done."""
    try:
        yield
    except PipeWeaveError as error:
        if RECORDED in error.details:
            tag_run(context, {MLFLOW_TAG: _ENDED})
        raise
    if ends:
        tag_run(context, {MLFLOW_TAG: _ENDED})


def settle(instance: dg.DagsterInstance, workbench: Workbench) -> list[str]:
    """End in MLflow, as they ended here, the runs that could not do so; give their ids.

    It costs one look into Dagster's own storage where there are none. A store that does not
    answer is asked again by the next one who comes.
    """
    left = dg.RunsFilter(statuses=[*_ENDS], tags={MLFLOW_TAG: _OPEN})
    settled = []
    for record in instance.get_run_records(left, limit=_AT_A_TIME):
        run = record.dagster_run
        try:
            _end(instance, workbench, run, record.start_time or record.create_timestamp.timestamp())
        except PipeWeaveError as error:
            logger.warning("The end of run %s is not in MLflow yet: %s", run.run_id, error)
            break
        instance.add_run_tags(run.run_id, {MLFLOW_TAG: _ENDED})
        settled.append(run.run_id)
    return settled


def _end(
    instance: dg.DagsterInstance, workbench: Workbench, run: dg.DagsterRun, began: float
) -> None:
    dataset = run.tags["dagster/partition"]
    asset = next((k for k in run.asset_selection or () if k.path[-1] == "model"), "model")
    name = asset if isinstance(asset, str) else asset.to_user_string()
    tags = links_of(run.run_id, name, dataset, workbench.settings)
    error = error_of(instance, run.run_id)
    record_end(workbench, dataset, tags, _ENDS[run.status], error, began)
