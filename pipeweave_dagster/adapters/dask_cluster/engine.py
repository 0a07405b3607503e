"""Fit XGBoost on all rows with the workers of a Dask cluster (`xgboost.dask`).

Each worker reads row groups of the typed table, prepares them, and keeps the features in its
memory. A worker that dies ends the fit of the others, so the fit is started again with those that
are left.
"""

import asyncio
import logging
import time
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pipeweave_dagster.adapters.dask_cluster.connection import client_of, failed, ready_workers
from pipeweave_dagster.adapters.dask_cluster.partitions import (
    PartitionedRows,
    in_chunks,
    partitioned_rows,
)
from pipeweave_dagster.adapters.dask_cluster.stop_together import CUT, stop_together
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.families.fit import dense
from pipeweave_dagster.core.training.out_of_core.engine import AllRowsFit, AllRowsJob, fitted
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError

_log = logging.getLogger(__name__)
_ATTEMPTS = 3
_LOOK_EVERY_S = 1.0
_OVER_S = 60.0
"""Boosting ends itself at the deadline; a cluster that does not is given up so much later."""


class WorkerLostError(Exception):
    """A worker of the cluster is gone, and with it its part of the rows."""


def fit_on_cluster(engine: str, table: str, job: AllRowsJob) -> AllRowsFit:
    """Fit on all rows; see `AllRowsJob`.

    Args:
        engine: `dask://host:port` of the scheduler.
        table: The typed table as the workers can read it.
        job: What to fit.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the cluster cannot be reached or fails three times,
            NOT_FOUND if its workers cannot read the table, VALIDATION_ERROR if they have other
            packages.
        FitTimeoutError: If the cluster is not done a minute after the deadline.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _run(_within_time(engine, table, job))
        except (PipeWeaveError, FitTimeoutError):
            raise
        except Exception as error:
            if attempt == _ATTEMPTS or time.monotonic() > job.deadline:
                raise failed(engine, error) from error
            _log.warning(
                "Attempt %d on the Dask cluster failed (%s: %s); it is started again.",
                attempt, type(error).__name__, str(error)[:200],
            )  # fmt: skip
    raise AssertionError("unreachable")


def _run(work: Coroutine[Any, Any, AllRowsFit]) -> AllRowsFit:
    """Run it in a thread of its own: the caller's may have a loop, such as that of a notebook."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _within_time(engine: str, table: str, job: AllRowsJob) -> AllRowsFit:
    left_s = job.deadline - time.monotonic() + _OVER_S
    asyncio.get_running_loop().set_exception_handler(_report)
    try:
        async with asyncio.timeout(left_s), client_of(engine) as client:
            workers = await ready_workers(client)
            return await _while_alive(client, workers, _fit(client, table, job))
    except TimeoutError as error:
        raise FitTimeoutError(f"the Dask cluster was not done after {left_s:.0f} s") from error


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what a task failed with, except Dask's own signal to stop waiting for a lost result."""
    from distributed.client import AllExit

    if not isinstance(context.get("exception"), AllExit):
        loop.default_exception_handler(context)


async def _while_alive(client: Any, workers: list[str], work: Any) -> AllRowsFit:
    """Await the work as long as all workers live: XGBoost would wait for a dead one for ever."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK_EVERY_S)
            gone = {*workers} - {*await client.ncores()}
            if gone and not task.done():
                raise WorkerLostError(f"worker {min(gone)} is gone")
        found: AllRowsFit = task.result()
        return found
    finally:
        task.cancel()


async def _fit(client: Any, table: str, job: AllRowsJob) -> AllRowsFit:
    from xgboost import dask as xgb_dask

    rows = await partitioned_rows(client, table, job)
    model = job.unfitted()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        matrix, valid = await _matrices(client, rows, job)
        found = await xgb_dask.train(
            client,
            {k: v for k, v in job.train_params(model).items() if k != "n_jobs"},
            matrix,
            num_boost_round=job.most_rounds,
            evals=[(valid, "valid")],
            early_stopping_rounds=job.patience,
            callbacks=[stop_together(job.deadline - time.monotonic())],
            verbose_eval=False,
        )
    booster = found["booster"]
    cut = booster.attr(CUT) is not None
    booster.set_attr(**{CUT: None})
    place = f"on {rows.workers} worker{'s' * (rows.workers != 1)} of a Dask cluster"
    return AllRowsFit(fitted(model, booster, cut=cut), rows.total, place)


async def _matrices(client: Any, rows: PartitionedRows, job: AllRowsJob) -> tuple[Any, Any]:
    """Return all rows, and the validation rows, in bins that the workers agreed on."""
    import numpy as np
    from xgboost import dask as xgb_dask

    kinds = {"feature_types": job.feature_types(), "enable_categorical": True}
    matrix = await xgb_dask.DaskQuantileDMatrix(client, rows.x, rows.y, weight=rows.weight, **kinds)
    x = dense(job.rows.x_valid).astype(np.float32)
    size = -(-len(x) // rows.workers)
    valid = await xgb_dask.DaskQuantileDMatrix(
        client,
        in_chunks(x, size),
        in_chunks(np.asarray(job.rows.y_valid), size),
        ref=matrix,
        **kinds,
    )
    return matrix, valid
