"""The files of the landing zone that bring labels, read with the type of the target."""

from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSettings, DatasetSnapshot, SnapshotColumn
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, validation_error
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, read_aligned
from pipeweave_dagster.core.landing import Upload
from pipeweave_dagster.core.performance import CombinedLabels, LabelFile, combine_labels
from pipeweave_dagster.services.privacy_key import key_for
from pipeweave_dagster.services.receive import check_size, settings_of, uploads_of
from pipeweave_dagster.services.workbench import Workbench


def label_files_of(workbench: Workbench, dataset: str) -> list[Upload]:
    """Return the files of labels of a data set, the oldest first."""
    return [f for f in uploads_of(workbench.store, dataset, "labels") if not f.is_settings]


def id_missing(dataset: str) -> PipeWeaveError:
    """Return the refusal of labels of a data set whose rows have no declared id."""
    return validation_error(
        f"The labels of {dataset!r} cannot be joined with its predictions: no column is declared "
        "to identify a row.",
        fix=f"Name it in uploads/{dataset}/pipeweave.yaml, for example `id: order_id`. The files "
        "to score and the files of labels must both have this column.",
        dataset=dataset,
    )


def refused_labels(texts: list[str]) -> PipeWeaveError:
    """Return the error of files of labels that could not be used, beside others that could."""
    more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return validation_error(
        f"{texts[0]}{more}",
        fix="Correct the file or remove it. The labels of the other files were measured.",
        refused=texts,
    )


def read_label_files(
    workbench: Workbench,
    dataset: str,
    id_column: str,
    target: SnapshotColumn,
    files: list[Upload],
    folder: Path,
) -> CombinedLabels:
    """Read files of labels, and combine them into one label per id in `folder`.

    A file that is too large, is not a table, or lacks the id or the target is `refused`, with a
    text that names it: one such file does not hide the labels of all others.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if all files are refused.
    """
    settings = settings_of(workbench.store, dataset)
    tables, refused = [], []
    for number, file in enumerate(files):
        out = folder / f"labels-{number}"
        try:
            tables.append(_read(workbench, (id_column, target), file, out, settings))
        except PipeWeaveError as error:
            if error.code is not ErrorCode.VALIDATION_ERROR:
                raise
            refused.append(error)
    if not tables:
        raise refused[0]
    combined = workbench.on_data(
        combine_labels, files=tables, id_column=id_column, target=target.name, out=folder
    )
    texts = [*(error.text for error in refused), *combined.refused]
    return combined.model_copy(update={"refused": texts})


def target_column(snapshot: DatasetSnapshot, target: str) -> SnapshotColumn:
    """Return how the target was read for training.

    Raises:
        PipeWeaveError: NOT_FOUND if the table does not have it.
    """
    for column in snapshot.columns:
        if column.name == target:
            return column
    raise not_found(f"The table has no column {target[:100]!r}.", fix="Run the data set again.")


def _read(
    workbench: Workbench,
    columns: tuple[str, SnapshotColumn],
    file: Upload,
    folder: Path,
    settings: DatasetSettings,
) -> LabelFile:
    """Read one file; the id stays as the text in the file, the target gets its training type.

    Where the id is hashed in the predictions, it is hashed here.
    """
    id_column, target = columns
    key = key_for(workbench.settings, settings.columns)
    hashed = tuple(name for name, c in settings.columns.items() if c.privacy == "hash")
    folder.mkdir()
    limit = workbench.settings.max_dataset_bytes
    check_size(file.file_name, file.size, limit)
    copy, out = folder / "file", folder / "read"
    out.mkdir()
    workbench.store.storage.fetch(file.key, copy)
    snapshot = workbench.on_files(
        [copy],
        read_aligned,
        file=copy,
        name=file.file_name,
        columns=[target],
        out=out,
        matcher=ColumnMatcher((id_column, target.name), None, hashed=hashed),
        limits=IngestLimits.for_files([copy], limit),
        key=key,
    )
    notes = [note for note in snapshot.notes if note.startswith(f"{target.name}: ")]
    return LabelFile(path=out / snapshot.data.name, name=file.file_name, notes=notes)
