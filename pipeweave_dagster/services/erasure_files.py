"""Write the files of a data set (received, landing zone) without the rows of one subject."""

from pathlib import Path

from pipeweave_dagster.core.documents import (
    Payload,
    RawFile,
    RawUpload,
    ReadSetting,
)
from pipeweave_dagster.core.erasure import (
    RemovedRows,
    remove_from_file,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.ingest import IngestLimits
from pipeweave_dagster.services.erasure_plan import Plan
from pipeweave_dagster.services.prediction_origin import PredictionOrigin
from pipeweave_dagster.services.receive import settings_of, uploads_of

_ZONES = ("uploads", "predict", "labels")


def erase_raw(plan: Plan) -> None:
    """Write the files that were received, and the files to score that were kept, anew."""
    files: dict[str, tuple[RawFile, ReadSetting | None]] = {}
    for document in plan.documents():
        if isinstance(document, RawUpload):
            files |= {file.sha256: (file, document.settings.read) for file in document.files}
    for key in plan.records():
        if key.startswith("predictions/"):
            origin = plan.store.records.read(key, PredictionOrigin)
            files |= {origin.file.sha256: (origin.file, origin.read)} if origin else {}
    for sha256, (file, read) in files.items():
        if plan.store.storage.stat(file.key) is None:
            continue
        folder = plan.scratch()
        removed = _removed(plan, plan.store.file(file.key), file.name, read, folder)
        if removed.count:
            plan.numbers[sha256] = removed.rows
        if removed.problem:
            plan.left.append(f"{file.key} ({file.name}): {removed.problem}")
        if removed.problem or not removed.count:
            continue
        fresh = Payload.of(folder / "left")
        plan.moved[sha256] = fresh.sha256, fresh.size_bytes
        plan.new[f"raw/{fresh.sha256}"] = folder / "left"
        plan.replace(file.key, "raw", removed.count)


def erase_landing(plan: Plan) -> None:
    """Write uploads, files to score and labels anew; the sensors take them for new versions."""
    read = settings_of(plan.store, plan.dataset).read
    for zone in _ZONES:
        for upload in uploads_of(plan.store, plan.dataset, zone):
            if upload.is_settings:
                continue
            folder = plan.scratch()
            copy = folder / "landing"
            plan.store.storage.fetch(upload.key, copy)
            removed = _removed(plan, copy, upload.file_name, read, folder)
            if removed.problem:
                plan.left.append(f"{upload.key}: {removed.problem}")
            elif removed.count:
                plan.rows[zone] += removed.count
                plan.new[upload.key] = folder / "left"


def _removed(
    plan: Plan, file: Path, name: str, read: ReadSetting | None, folder: Path
) -> RemovedRows:
    """Remove the rows from a copy of a file.

    A file that is not a table, such as one that was refused when it arrived, is a problem to name:
    it must not keep the subject in all other files.
    """
    copy = folder / "file"
    if file != copy:
        copy.write_bytes(file.read_bytes())
    if not copy.stat().st_size:
        return RemovedRows()
    limit = plan.workbench.settings.max_dataset_bytes
    try:
        removed = plan.workbench.on_files(
            [copy],
            remove_from_file,
            file=copy,
            name=name,
            column=plan.column,
            value=plan.value,
            target=folder / "left",
            limits=IngestLimits.for_files([copy], limit),
            read=read,
        )
    except PipeWeaveError as error:
        if error.code is not ErrorCode.VALIDATION_ERROR:
            raise
        return RemovedRows(problem=f"it was not searched: {error.message.rstrip('.')}")
    plan.columns |= set(removed.columns)
    return removed
