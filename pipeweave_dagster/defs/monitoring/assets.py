"""Drift of batches, and the overview of all data sets."""

import dagster as dg

from pipeweave_dagster.core.documents import DriftReport, PredictionBatch
from pipeweave_dagster.core.monitoring import measure_drift
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.champion import champion_of
from pipeweave_dagster.services.overview import build_overview
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"numpy"},
    code_version="2",
)
def drift(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    predictions: PredictionBatch,
) -> dg.MaterializeResult[DriftReport]:
    """Drift of the scored rows from the training rows of the champion."""
    trained = champion_of(workbench, context.partition_key).trained
    return run_stage(
        context,
        workbench,
        DriftReport,
        lambda _: workbench.on_data(
            measure_drift,
            batch=predictions.batch,
            reference=workbench.store.payload(trained.reference),
            data=workbench.store.payload(predictions.rows_file),
            features=trained.features,
        ),
        inputs={"predictions": predictions, "model": trained},
    )


@dg.asset(io_manager_key=DOCUMENTS, kinds={"json"}, code_version="3")
def workbench_overview(
    context: dg.AssetExecutionContext, workbench: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """An index of all data sets: version, model, score, blocking findings, last run."""
    overview = build_overview(workbench.store)
    workbench.store.save(overview)
    context.log.info("%d data sets", len(overview.datasets))
    return dg.MaterializeResult(
        metadata=describe(overview, workbench.settings),
        data_version=dg.DataVersion(overview.sha256),
    )
