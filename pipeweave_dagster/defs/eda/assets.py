"""The report; it does not depend on the findings, so a blocked data set has one, too."""

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, EdaReport, RawUpload, SchemaDeduction
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.reuse_key import settings_subset
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.dataset_versions import version_before
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"html"},
    code_version="9",
    # Before the model, which takes the time that is left: the whole run keeps to its budget.
    op_tags={"dagster/priority": "20"},
)
def eda_report(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
    dataset: DatasetSnapshot,
    schema_deduction: SchemaDeduction,
) -> dg.MaterializeResult[EdaReport]:
    """The exploratory report: one HTML file and its JSON, with the main plot inline."""
    from pipeweave_dagster.core.eda import ReportOptions, build_report
    from pipeweave_dagster.services.advice import advice_settings, advised_report

    settings = settings_subset(
        raw_upload.settings, "target", "columns", "id", "split", "weight", "overrides"
    )
    limit = int(workbench.settings.eda_report_size_threshold_mb * (1 << 20))
    samples = workbench.settings.eda_sample_rows
    before = version_before(workbench.store, context.partition_key, dataset, raw_upload)
    return run_stage(
        context,
        workbench,
        EdaReport,
        lambda folder: advised_report(
            workbench,
            context.partition_key,
            workbench.on_data(
                build_report,
                dataset=context.partition_key,
                snapshot=dataset,
                schema=schema_deduction,
                data=workbench.store.payload(dataset.data),
                out=folder,
                options=ReportOptions(
                    inline_limit_bytes=limit, settings=settings, previous=before, samples=samples
                ),
            ),
            folder,
        ),
        inputs={"dataset": dataset, "schema_deduction": schema_deduction},
        reads={
            "limit": limit,
            "samples": samples,
            "settings": settings,
            "previous": before and before.addresses,
            **advice_settings(workbench.settings, "narrative"),
        },
    )
