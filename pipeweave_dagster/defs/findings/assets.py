"""The findings of the guardrails."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, Findings, RawUpload, SchemaDeduction
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.defs.findings.checks import ABOUT, check_results
from pipeweave_dagster.lib.asset_checks import check_specs
from pipeweave_dagster.lib.attempts import stop_if_blocked
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.reuse_key import settings_subset
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.dataset_versions import version_before
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"numpy"},
    code_version="15",
    check_specs=check_specs("findings", ABOUT, blocking=True),
)
def findings(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
    dataset: DatasetSnapshot,
    schema_deduction: SchemaDeduction,
) -> Iterator[dg.MaterializeResult[Findings] | dg.AssetCheckResult]:
    """Problems in the data that would mislead a model, with evidence, severity and proposed fix.

    A blocked finding stops the run here; it needs a fix, or an override with a reason.
    """
    settings = settings_subset(
        raw_upload.settings, "target", "columns", "id", "split", "weight", "overrides"
    )
    before = version_before(workbench.store, context.partition_key, dataset, raw_upload)
    result = run_stage(
        context,
        workbench,
        Findings,
        lambda _: workbench.on_data(
            inspect,
            snapshot=dataset,
            schema=schema_deduction,
            data=workbench.store.payload(dataset.data),
            settings=settings,
            previous=before,
        ),
        inputs={"dataset": dataset, "schema_deduction": schema_deduction},
        reads={"settings": settings, "previous": before and before.addresses},
    )
    yield result
    yield from check_results(result.value)
    stop_if_blocked(context, workbench, result.value)
