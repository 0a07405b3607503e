"""Score a batch of rows with the champion, and deliver the predictions."""

from pathlib import Path

from pydantic import BaseModel

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Payload,
    PredictionBatch,
    RawFile,
    ReadSetting,
    TrainedModel,
)
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.hidden_values import notes_without_values
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, read_aligned
from pipeweave_dagster.core.naming import dataset_of_key, slug
from pipeweave_dagster.core.prediction import HeldRows, policy_of, predict
from pipeweave_dagster.core.prediction.outputs import write_outputs
from pipeweave_dagster.services.champion import Registered, champion_of
from pipeweave_dagster.services.prediction_origin import PredictionOrigin, origin_key
from pipeweave_dagster.services.privacy_key import key_of_model
from pipeweave_dagster.services.receive import check_size, settings_of
from pipeweave_dagster.services.workbench import Workbench


class Scored(BaseModel):
    """A scored batch as local files, and its document."""

    batch: PredictionBatch
    parquet: Path
    csv: Path
    file: RawFile
    source: Path
    read: ReadSetting | None = None


def batch_name(file_name: str) -> str:
    """Return the name of a batch: its file name as a safe part of a key."""
    return slug(file_name.lower())


def newest_batch(workbench: Workbench, dataset: str) -> str:
    """Return the key of the newest file under `predict/<dataset>/`.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none.
    """
    files = list(workbench.store.storage.list(f"predict/{dataset}/"))
    if not files:
        raise not_found(
            f"There is nothing to score for {dataset!r}.",
            fix=f"Put a file into predict/{dataset}/, or use 'pipeweave predict {dataset} FILE'.",
        )
    return max(files, key=lambda o: (o.modified, o.key)).key


def fetch_batch(workbench: Workbench, dataset: str, key: str, folder: Path) -> tuple[RawFile, Path]:
    """Copy a file of a data set from the landing zone, and describe it.

    The key may come from whoever starts a run, so nothing else of the storage is read by it.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the file is not below `predict/<dataset>/` or too large,
            NOT_FOUND if it is gone.
    """
    if not key.startswith("predict/") or dataset_of_key(key) != dataset:
        raise validation_error(
            f"{key[:200]!r} is not a file to score for {dataset!r}.",
            fix=f"Put the file into predict/{dataset}/.",
        )
    stored = workbench.store.storage.stat(key)
    if stored is None:
        raise not_found(f"The file {key!r} does not exist.", fix="Upload it again.")
    name = key.rpartition("/")[2]
    check_size(name, stored.size, workbench.settings.max_dataset_bytes)
    copy = folder / "batch"
    workbench.store.storage.fetch(key, copy)
    return describe_batch(copy, name), copy


def describe_batch(path: Path, name: str) -> RawFile:
    """Return name, sha256 and size of a local file."""
    payload = Payload.of(path)
    return RawFile(name=name, sha256=payload.sha256, size_bytes=payload.size_bytes)


def score(  # noqa: PLR0913 - the last ones are given by keyword
    workbench: Workbench,
    dataset: str,
    file: tuple[RawFile, Path],
    folder: Path,
    *,
    stamped: bool = False,
    explain: bool = False,
    read: ReadSetting | None = None,
    by: Registered | None = None,
) -> Scored:
    """Read the rows as the training data was read, and score them with the champion.

    Row order and count are kept. Payloads and outputs are written into `folder`.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        file: The batch, and its local copy.
        folder: Empty folder.
        stamped: Add columns for the row, the model and the data to the outputs.
        explain: Add the columns that contribute most to each prediction.
        read: How the batch is read; without it as the training file, where its settings fit.
        by: The version that scores instead of the champion.
    """
    raw, _ = file
    version = by or champion_of(workbench, dataset)
    link, trained = version.link, version.trained
    settings = settings_of(workbench.store, dataset)
    snapshot = _aligned(workbench, file, trained, folder, read, settings)
    data = (folder / "read" / snapshot.data.name).replace(folder / "rows.parquet")
    payload = workbench.store.payload
    scored = workbench.on_model(
        predict,
        model=payload(trained.model),
        trained=trained,
        data=data,
        out=folder,
        explain=explain,
        policy=policy_of(settings, trained),
        held=HeldRows(test_rows=payload(trained.test_rows), reference=payload(trained.reference)),
    )
    stamp = {"model": f"{link.model_name}/{link.model_version}", "data_sha256": raw.sha256}
    workbench.on_model(
        write_outputs,
        predictions=folder / scored.predictions.name,
        out=folder,
        stamp=stamp if stamped else {},
    )
    batch = batch_name(raw.name)
    prefix = f"predictions/{dataset}/{batch}/{link.model_version}"
    document = PredictionBatch(
        batch=batch,
        rows=scored.rows,
        model_name=link.model_name,
        model_version=link.model_version,
        data_sha256=raw.sha256,
        parquet_key=f"{prefix}.parquet",
        csv_key=f"{prefix}.csv",
        rows_file=Payload.of(data, "application/vnd.apache.parquet"),
        ignored_columns=scored.ignored_columns,
        missing_columns=scored.missing_columns,
        set_missing=snapshot.set_missing,
        unseen_categories=scored.unseen_categories,
        blank_columns=scored.blank_columns,
        outside_training=scored.outside_training,
        abstained=scored.abstained,
        counts=scored.counts,
        notes=[*notes_without_values(snapshot.notes, trained.hidden), *scored.notes],
    )
    outputs = {kind: folder / f"output.{kind}" for kind in ("parquet", "csv")}
    return Scored(batch=document, file=raw, source=file[1], read=read, **outputs)


def _aligned(
    workbench: Workbench,
    file: tuple[RawFile, Path],
    trained: TrainedModel,
    folder: Path,
    read: ReadSetting | None,
    settings: DatasetSettings,
) -> DatasetSnapshot:
    raw, copy = file
    (folder / "read").mkdir()
    return workbench.on_files(
        [copy],
        read_aligned,
        file=copy,
        name=raw.name,
        columns=trained.columns,
        out=folder / "read",
        matcher=ColumnMatcher(
            tuple(trained.table),
            trained.target,
            tuple(settings.copied),
            *(
                tuple(name for name, c in settings.columns.items() if c.privacy == policy)
                for policy in ("drop", "hash")
            ),
        ),
        reads=[read] if read else trained.batch_reads,
        limits=IngestLimits.for_files([copy], workbench.settings.max_dataset_bytes),
        key=key_of_model(workbench.settings, settings, trained),
    )


def deliver(
    workbench: Workbench, dataset: str, scored: Scored, run_id: str, *, shadow: bool = False
) -> PredictionBatch:
    """Write the outputs and their origin; the same batch replaces only its own files.

    The file is kept under its hash, so that each prediction can be traced to its line.
    With `shadow` the predictions are those of a challenger.
    """
    batch, store = scored.batch, workbench.store
    store.save_file(scored.file.key, scored.source)
    store.storage.put_file(batch.parquet_key, scored.parquet)
    store.storage.put_file(batch.csv_key, scored.csv)
    origin = PredictionOrigin(
        run_id=run_id,
        file=scored.file,
        read=scored.read,
        model_name=batch.model_name,
        model_version=batch.model_version,
        parquet=Payload.of(scored.parquet),
        csv=Payload.of(scored.csv),
        shadow=shadow,
    )
    store.records.write(origin_key(dataset, batch.batch, batch.model_version), origin)
    return batch
