"""From an upload to a typed table."""

from pathlib import Path

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, RawUpload
from pipeweave_dagster.core.ingest import IngestLimits, ingest, ingest_settings
from pipeweave_dagster.core.schema import mask_personal
from pipeweave_dagster.core.schema.no_target import says_none
from pipeweave_dagster.lib.attempts import failure_recorder
from pipeweave_dagster.lib.current_run import dataset_of
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.launch_config import LaunchConfig, upload_key_of
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.reuse_key import UPLOAD_CODE_VERSION, upload_reads
from pipeweave_dagster.lib.run_time_limit import extend_limit
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.privacy_key import key_for, reads_of
from pipeweave_dagster.services.receive import choose, receive, settings_of
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"file"},
    code_version=UPLOAD_CODE_VERSION,
)
def raw_upload(
    context: dg.AssetExecutionContext, config: LaunchConfig, workbench: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[RawUpload]:
    """The uploaded file, copied unchanged to `raw/<sha256>`, with its settings.

    Uses the upload that the run was started for, else the newest one in the landing zone.
    """
    from pipeweave_dagster.services.ownership import claim

    dataset, store = dataset_of(context), workbench.store
    with dagster_failures(context, failure_recorder(context, workbench)):
        settings = config.applied_to(settings_of(store, dataset))
        extend_limit(
            context, workbench.settings, settings.budget_s(workbench.settings.time_budget_s)
        )
        uploads = choose(store, dataset, upload_key_of(context, config), settings.mode)
        run = context.op_execution_context.run_id
        note = claim(store, dataset, settings.owner, f"run {run[:8]}")
        if note:
            context.log.warning(note)
        if says_none(settings):
            workbench.expect_no_model()
        if store.head(dataset) is None:  # nothing can be reused: every stage needs its worker
            workbench.warm_up()
    limit = workbench.settings.max_dataset_bytes
    return run_stage(
        context,
        workbench,
        RawUpload,
        lambda folder: receive(store, dataset, uploads, settings, folder, limit),
        reads=upload_reads([u.version for u in uploads], settings, limit),
    )


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"duckdb", "parquet"},
    code_version="13",
)
def dataset(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
) -> dg.MaterializeResult[DatasetSnapshot]:
    """The typed table as Parquet; the type of a column is inferred from all its values.

    `rows read = rows loaded + rows quarantined`; the metadata shows how the file was parsed.
    """
    limit = workbench.settings.max_dataset_bytes
    settings = ingest_settings(raw_upload.settings, workbench.settings.privacy_default)
    content = raw_upload.model_copy(update={"settings": settings})
    key = key_for(workbench.settings, settings.columns)

    def make(folder: Path) -> DatasetSnapshot:
        files = [workbench.local(file.key) for file in raw_upload.files]
        limits = IngestLimits.for_files(files, limit)
        read = workbench.on_files(
            files, ingest, upload=content, files=files, out=folder, limits=limits, key=key
        )
        if settings.privacy_default != "mask":
            return read
        return workbench.on_data(mask_personal, snapshot=read, folder=folder, settings=settings)

    return run_stage(
        context,
        workbench,
        DatasetSnapshot,
        make,
        reads={"content": content, "limits": {"max_bytes": limit}} | reads_of(key),
    )
