"""Batch scoring with the champion."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dagster as dg

from pipeweave_dagster.core.documents import PredictionBatch
from pipeweave_dagster.defs.predictions.checks import ABOUT, first_batch_check
from pipeweave_dagster.lib.asset_checks import check_specs
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.partitions import BATCH_TAG, DATASETS
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.workbench import Workbench


class BatchConfig(dg.Config):
    """Which file to score, how it is read, and whether to explain the prediction of each row.

    `read` has the keys of `read` in pipeweave.yaml; without it the file is read as the training
    file. Without `reasons` the setting PIPEWEAVE_PREDICTION_REASONS applies.
    """

    file: str | None = None
    read: dict[str, str] | None = None
    reasons: bool | None = None


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"parquet", "csv"},
    code_version="8",
    deps=["model"],
    check_specs=check_specs("predictions", ABOUT),
)
def predictions(
    context: dg.AssetExecutionContext,
    config: BatchConfig,
    workbench: dg.ResourceParam[Workbench],
) -> Iterator[dg.MaterializeResult[PredictionBatch] | dg.AssetCheckResult]:
    """The rows of one file under `predict/<dataset>/`, scored by the champion, order kept.

    Uses the file that the run was started for, else the newest. The outputs are in
    `predictions/<dataset>/<batch>/<model version>`, as Parquet and CSV, and in the table of
    `predictions: {to: SOURCE.TABLE}`.
    """
    from pipeweave_dagster.core.landing import settings_from
    from pipeweave_dagster.services.first_batch import score_checked
    from pipeweave_dagster.services.refused_batches import refusals_recorded
    from pipeweave_dagster.services.scoring import deliver, fetch_batch, newest_batch, score
    from pipeweave_dagster.services.write_back import write_back

    checks: list[dg.AssetCheckResult] = []

    def make(folder: Path) -> PredictionBatch:
        key = config.file or context.op_execution_context.run_tags.get(BATCH_TAG)
        key = key or newest_batch(workbench, context.partition_key)
        reasons = config.reasons
        given = settings_from({"read": config.read}, "the run configuration")
        run_id = context.op_execution_context.run_id
        with refusals_recorded(workbench.store, context.partition_key, key, run_id):
            attempt = partial(
                score,
                workbench,
                context.partition_key,
                fetch_batch(workbench, context.partition_key, key, folder),
                stamped=True,
                explain=workbench.settings.prediction_reasons if reasons is None else reasons,
                read=given.read,
            )
            scored, found = score_checked(workbench, context.partition_key, attempt, folder, run_id)
        checks.append(first_batch_check(found))
        batch = deliver(workbench, context.partition_key, scored, run_id)
        written = write_back(workbench, context.partition_key, batch.batch, scored.parquet)
        return batch.model_copy(update={"notes": [*batch.notes, *([written] if written else [])]})

    yield run_stage(context, workbench, PredictionBatch, make, always=True)
    yield from checks
