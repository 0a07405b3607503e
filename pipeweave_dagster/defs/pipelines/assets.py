"""The pipeline as a declarative graph; nothing is fitted yet."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Findings,
    PipelineSpec,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.metadata.markdown import bullets
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.publishing import skip_models
from pipeweave_dagster.lib.reuse_key import settings_subset
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.dataset_versions import changes_of
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"scikitlearn"},
    code_version="8",
    output_required=False,
)
def pipeline(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
    dataset: DatasetSnapshot,
    schema_deduction: SchemaDeduction,
    findings: Findings,
) -> Iterator[dg.MaterializeResult[PipelineSpec]]:
    """Steps from extract to predict, each with its reason, and the columns that were dropped.

    Skipped, with all that depends on it, where the data set has no target.
    """
    from pipeweave_dagster.core.pipelines import plan
    from pipeweave_dagster.services.advice import advice_settings, advised_pipeline

    if schema_deduction.target.name is None:
        skip_models(context, workbench, schema_deduction.target)
        return
    settings = settings_subset(
        raw_upload.settings, "target", "task", "metric", "positive", "weight", "columns", "split",
        "pipeline", "overrides", "id", "costs", "sensitive", "train_for",
    )  # fmt: skip
    result = run_stage(
        context,
        workbench,
        PipelineSpec,
        lambda _: advised_pipeline(
            workbench,
            context.partition_key,
            (dataset, schema_deduction),
            plan(dataset, schema_deduction, findings, settings),
            raw_upload.settings.budget_s(workbench.settings.time_budget_s),
        ),
        inputs={"dataset": dataset, "schema": schema_deduction, "findings": findings},
        reads={"settings": settings, **advice_settings(workbench.settings, "architect")},
    )
    changes = changes_of(workbench.store, context.partition_key, result.value)
    yield dg.MaterializeResult(
        value=result.value,
        metadata={**(result.metadata or {}), "changes": dg.MetadataValue.md(bullets(changes))},
        data_version=result.data_version,
    )
