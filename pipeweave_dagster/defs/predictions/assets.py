"""Batch scoring with the champion."""

from pathlib import Path

import dagster as dg

from pipeweave_dagster.core.documents import PredictionBatch
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
    code_version="5",
    deps=["model"],
)
def predictions(
    context: dg.AssetExecutionContext,
    config: BatchConfig,
    workbench: dg.ResourceParam[Workbench],
) -> dg.MaterializeResult[PredictionBatch]:
    """The rows of one file under `predict/<dataset>/`, scored by the champion, order kept.

    Uses the file that the run was started for, else the newest. The outputs are in
    `predictions/<dataset>/<batch>/<model version>`, as Parquet and CSV.
    """
    from pipeweave_dagster.core.landing import settings_from
    from pipeweave_dagster.services.scoring import deliver, fetch_batch, newest_batch, score

    def make(folder: Path) -> PredictionBatch:
        key = config.file or context.op_execution_context.run_tags.get(BATCH_TAG)
        key = key or newest_batch(workbench, context.partition_key)
        reasons = config.reasons
        given = settings_from({"read": config.read}, "the run configuration")
        scored = score(
            workbench,
            context.partition_key,
            fetch_batch(workbench, context.partition_key, key, folder),
            folder,
            stamped=True,
            explain=workbench.settings.prediction_reasons if reasons is None else reasons,
            read=given.read,
        )
        return deliver(workbench, scored)

    return run_stage(context, workbench, PredictionBatch, make, always=True)
