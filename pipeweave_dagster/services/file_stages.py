"""Single stages on a local file, without a run."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Payload,
    RawFile,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.ingest import IngestLimits
from pipeweave_dagster.core.ingest import ingest as ingest_files
from pipeweave_dagster.core.naming import name_of_file
from pipeweave_dagster.core.schema import deduce, mask_personal
from pipeweave_dagster.services.privacy_key import key_for
from pipeweave_dagster.services.workbench import Workbench

NO_SETTINGS = DatasetSettings()


def read_table(
    bench: Workbench, path: Path, out: Path, settings: DatasetSettings = NO_SETTINGS
) -> DatasetSnapshot:
    """Read and type a file; the Parquet file is written to `out`."""
    payload = Payload.of(path)
    raw = RawFile(name=path.name, sha256=payload.sha256, size_bytes=payload.size_bytes)
    default = settings.privacy_default or bench.settings.privacy_default
    settings = settings.model_copy(update={"privacy_default": default})
    upload = RawUpload(dataset=name_of_file(path.name), files=[raw], settings=settings)
    files = [path.absolute()]
    limits = IngestLimits.for_files(files, bench.settings.max_dataset_bytes)
    key = key_for(bench.settings, settings.columns)
    snapshot = bench.on_files(
        files, ingest_files, upload=upload, files=files, out=out, limits=limits, key=key
    )
    if default != "mask":
        return snapshot
    return bench.on_data(mask_personal, snapshot=snapshot, folder=out, settings=settings)


def deduce_schema(
    bench: Workbench, path: Path, out: Path, settings: DatasetSettings
) -> tuple[DatasetSnapshot, SchemaDeduction]:
    """Read a file and deduce its schema."""
    snapshot = read_table(bench, path, out, settings)
    data = out / snapshot.data.name
    found = bench.on_data(deduce, snapshot=snapshot, data=data, settings=settings)
    return snapshot, found
