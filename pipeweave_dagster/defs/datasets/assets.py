"""From an upload to a typed table."""

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, RawUpload
from pipeweave_dagster.core.ingest import IngestLimits, ingest, ingest_settings
from pipeweave_dagster.lib.failures import told_to_dagster
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.launch_config import LaunchConfig, upload_key_of
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.run_time_limit import make_room
from pipeweave_dagster.lib.stages import dataset_of, note_failure, run_stage
from pipeweave_dagster.services.receive import choose, receive, settings_of
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"file"},
    code_version="1",
)
def raw_upload(
    context: dg.AssetExecutionContext, config: LaunchConfig, workbench: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[RawUpload]:
    """The uploaded file, copied unchanged to `raw/<sha256>`, with its settings.

    Takes the upload that the run was started for, else the newest one of the landing zone.
    """
    dataset, store = dataset_of(context), workbench.store
    with told_to_dagster(context, note_failure(context, workbench)):
        settings = config.laid_over(settings_of(store, dataset))
        make_room(context, workbench.settings, settings.budget_s(workbench.settings.time_budget_s))
        uploads = choose(store, dataset, upload_key_of(context, config), settings.mode)
    limit = workbench.settings.max_dataset_bytes
    return run_stage(
        context,
        workbench,
        RawUpload,
        lambda folder: receive(store, dataset, uploads, settings, folder, limit),
        reads={"versions": [u.version for u in uploads], "settings": settings, "limit": limit},
    )


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"duckdb", "parquet"},
    code_version="3",
)
def dataset(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    raw_upload: RawUpload,
) -> dg.MaterializeResult[DatasetSnapshot]:
    """The typed table as Parquet: read whole, every type decided on the whole column.

    `rows read = rows loaded + rows quarantined`; how the bytes were read is in the metadata.
    """
    limit = workbench.settings.max_dataset_bytes
    content = raw_upload.model_copy(update={"settings": ingest_settings(raw_upload.settings)})
    return run_stage(
        context,
        workbench,
        DatasetSnapshot,
        lambda folder: workbench.on_data(
            ingest,
            upload=content,
            files=[workbench.local(file.key) for file in raw_upload.files],
            out=folder,
            limits=IngestLimits(max_bytes=limit),
        ),
        reads={"content": content, "limits": {"max_bytes": limit}},
    )
