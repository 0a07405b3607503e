"""The meaning of the columns."""

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, RawUpload, SchemaDeduction
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.reuse_key import settings_subset
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"duckdb"},
    code_version="13",
)
def schema_deduction(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
    dataset: DatasetSnapshot,
) -> dg.MaterializeResult[SchemaDeduction]:
    """Type, role, confidence and reason of every column; target and task with a reason."""
    from pipeweave_dagster.core.schema import deduce
    from pipeweave_dagster.services.advice import advice_settings, advised_schema

    settings = settings_subset(
        raw_upload.settings,
        "target",
        "task",
        "positive",
        "weight",
        "id",
        "keep",
        "columns",
        "split",
    )
    return run_stage(
        context,
        workbench,
        SchemaDeduction,
        lambda _: advised_schema(
            workbench,
            context.partition_key,
            dataset,
            workbench.on_data(
                deduce,
                snapshot=dataset,
                data=workbench.store.payload(dataset.data),
                settings=settings,
            ),
        ),
        inputs={"dataset": dataset},
        reads={"settings": settings, **advice_settings(workbench.settings, "schema")},
    )
