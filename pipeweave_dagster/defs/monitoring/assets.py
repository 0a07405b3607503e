"""Drift and performance of batches, and the overview of all data sets."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import (
    DriftReport,
    PerformanceReport,
    PredictionBatch,
    ShadowBatch,
)
from pipeweave_dagster.defs.monitoring.checks import (
    DRIFT_ABOUT,
    PERFORMANCE_ABOUT,
    drift_checks,
    performance_checks,
)
from pipeweave_dagster.lib.asset_checks import check_specs
from pipeweave_dagster.lib.attempts import failure_recorder
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.lib.partitions import DATASETS, LABELS_TAG
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"numpy"},
    code_version="5",
    check_specs=check_specs("drift", DRIFT_ABOUT),
)
def drift(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    predictions: PredictionBatch,
) -> Iterator[dg.MaterializeResult[DriftReport] | dg.AssetCheckResult]:
    """Drift of the scored rows from the training rows of the version that scored them."""
    from pipeweave_dagster.services.batch_drift import drift_of_batch, record_batch, volume_of
    from pipeweave_dagster.services.model_versions import load_version

    dataset = context.partition_key
    trained, _ = load_version(workbench.store, dataset, predictions.model_version)
    result = run_stage(
        context,
        workbench,
        DriftReport,
        lambda folder: drift_of_batch(workbench, dataset, predictions, trained, folder),
        inputs={"predictions": predictions, "model": trained},
    )
    run_id = context.op_execution_context.run_id
    history = record_batch(workbench, dataset, predictions, result.value, run_id)
    yield result
    yield from drift_checks(result.value, volume_of(history, predictions.batch))


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"parquet", "csv"},
    code_version="1",
    deps=["drift"],
)
def shadow(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    predictions: PredictionBatch,
) -> dg.MaterializeResult[ShadowBatch]:
    """The same rows, scored by the challenger for a comparison once labels are in.

    Its outputs are beside those of the champion; nothing else uses them.
    """
    from pipeweave_dagster.services.shadow import score_in_shadow

    run_id = context.op_execution_context.run_id
    return run_stage(
        context,
        workbench,
        ShadowBatch,
        lambda folder: score_in_shadow(
            workbench, context.partition_key, predictions, folder, run_id
        ),
        always=True,
    )


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"numpy"},
    code_version="1",
    deps=["drift", "shadow"],
    check_specs=check_specs("performance", PERFORMANCE_ABOUT),
)
def performance(
    context: dg.AssetExecutionContext, workbench: dg.ResourceParam[Workbench]
) -> Iterator[dg.MaterializeResult[PerformanceReport] | dg.AssetCheckResult]:
    """Performance per scored batch: estimated at once, measured when its labels arrive.

    Labels are read from `labels/<dataset>/`, and joined by the column `id` of pipeweave.yaml. A run
    for labels fails if a file cannot be used, once those of the others are measured.
    """
    from pipeweave_dagster.services.label_files import refused_labels
    from pipeweave_dagster.services.performance import measure_performance

    for_labels = LABELS_TAG in context.op_execution_context.run_tags
    result = run_stage(
        context,
        workbench,
        PerformanceReport,
        lambda folder: measure_performance(
            workbench, context.partition_key, folder, labels_required=for_labels
        ),
        always=True,
    )
    yield result
    yield from performance_checks(result.value)
    if for_labels and result.value.refused:
        with dagster_failures(context, failure_recorder(context, workbench)):
            raise refused_labels(result.value.refused)


@dg.asset(io_manager_key=DOCUMENTS, kinds={"json"}, code_version="4")
def workbench_overview(
    context: dg.AssetExecutionContext, workbench: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """All data sets: versions, findings, champions, drift, success and time of runs, cost.

    Read from the index that every run updates; once a day the index is computed anew.
    """
    from pipeweave_dagster.services.overview_index import needs_rebuild, overview_of

    overview = overview_of(workbench.store, rebuild=needs_rebuild(workbench.store))
    workbench.store.save(overview)
    context.log.info("%d data sets", len(overview.datasets))
    return dg.MaterializeResult(
        metadata=describe(overview, workbench.settings),
        data_version=dg.DataVersion(overview.sha256),
    )
