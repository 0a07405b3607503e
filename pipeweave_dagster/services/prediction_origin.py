"""Where predictions come from: the file and line of a row, the model, and what it learned from.

`predictions/<dataset>/<batch>/<version>.json` is written after the files with the predictions. It
says which run wrote them, and names their hashes, so that what is there can be checked.
"""

import operator
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import Field

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    Part,
    Payload,
    RawFile,
    RawUpload,
    ReadSetting,
    SchemaDeduction,
    TrainedModel,
)
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.core.hidden_values import HIDDEN
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, RowPlace, locate_row
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.naming import slug
from pipeweave_dagster.services.model_versions import load_version, trained_address
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.workbench import Workbench


class PredictionOrigin(Part):
    """Which run scored which file with which model, and the files that it wrote.

    With `shadow` it was the challenger, whose predictions nobody uses.
    """

    run_id: str
    file: RawFile
    read: ReadSetting | None = None
    model_name: str
    model_version: str
    parquet: Payload
    csv: Payload
    shadow: bool = Field(default=False, exclude_if=operator.not_)


class RowOrigin(Part):
    """A prediction with its origin. `uploads` are the files that the model learned from."""

    origin: PredictionOrigin
    prediction: dict[str, str | None]
    place: RowPlace
    training_run_id: str = ""
    uploads: list[RawFile] = []


def origin_key(dataset: str, batch: str, version: str) -> str:
    """Return the key of the record of a batch scored by a version."""
    return f"predictions/{dataset}/{batch}/{version}.json"


def trace_row(
    workbench: Workbench, dataset: str, batch: str, row: int, version: str | None = None
) -> RowOrigin:
    """Return where the prediction of a row comes from.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        batch: Name of the batch, or of its file.
        row: `row_id` of the prediction.
        version: Version of the model; default: the champion that scored the batch last.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no such batch or row, or its file was not kept.
    """
    store = workbench.store
    origin = _origin(store, dataset, slug(batch.lower()), version)
    trained, _ = load_version(store, dataset, origin.model_version)
    prefix = origin_key(dataset, slug(batch.lower()), origin.model_version).removesuffix(".json")
    run_id, uploads, personal = _training(store, dataset, origin.model_version)
    given = settings_of(store, dataset).columns
    private = {*trained.hidden, *personal}
    private |= {c.original_name for c in trained.columns if c.name in private}
    private |= {n for n, c in given.items() if c.privacy not in {None, "allow"}}
    return RowOrigin(
        origin=origin,
        prediction=_prediction(workbench, f"{prefix}.parquet", row),
        place=_place(workbench, origin, trained, row, private),
        training_run_id=run_id,
        uploads=uploads,
    )


def _origin(
    store: DocumentStore, dataset: str, batch: str, version: str | None
) -> PredictionOrigin:
    listed = store.storage.list(f"predictions/{dataset}/{batch}/")
    records = [o for o in listed if o.key.endswith(".json")]
    if version is not None:
        records = [o for o in records if o.key == origin_key(dataset, batch, version)]
    ordered = sorted(records, key=lambda o: (o.modified, o.key), reverse=True)
    read = (store.records.read(stored.key, PredictionOrigin) for stored in ordered)
    found = next((o for o in read if o is not None and (version or not o.shadow)), None)
    if found is None:
        raise not_found(
            f"There is no record of the batch {batch!r} of {dataset!r}.",
            fix=f"Put the file into predict/{dataset}/ again: earlier releases kept no record.",
        )
    return found


def _prediction(workbench: Workbench, key: str, row: int) -> dict[str, str | None]:
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "predictions.parquet"
        workbench.store.storage.fetch(key, copy)
        found = pq.read_table(copy, filters=[("row_id", "=", row)], partitioning=None).to_pylist()
    if not found:
        raise not_found(f"{key!r} has no row {row}.", fix="Use a `row_id` of the predictions.")
    values: dict[str, Any] = found[0]
    return {name: None if value is None else str(value) for name, value in values.items()}


def _place(
    workbench: Workbench,
    origin: PredictionOrigin,
    trained: TrainedModel,
    row: int,
    private: Collection[str],
) -> RowPlace:
    """Return the place of a row in its file, without values of private columns."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "batch"
        workbench.store.storage.fetch(origin.file.key, copy)
        place = workbench.on_files(
            [copy],
            locate_row,
            file=copy,
            name=origin.file.name,
            row=row,
            columns=trained.columns,
            limits=IngestLimits.for_files([copy], workbench.settings.max_dataset_bytes),
            matcher=ColumnMatcher(tuple(trained.table), trained.target),
            reads=[origin.read] if origin.read else trained.batch_reads,
        )
    hidden = {fold_name(name) for name in private}
    values = {n: HIDDEN if fold_name(n) in hidden else v for n, v in place.values.items()}
    return place.model_copy(update={"values": values})


def _training(
    store: DocumentStore, dataset: str, version: str
) -> tuple[str, list[RawFile], list[str]]:
    """Return the run that trained a version, the files that it read, and its personal columns.

    Only of the runs that are kept.
    """
    address = trained_address(store, dataset, version)
    for run_id in store.manifests(dataset):
        manifest = store.manifest(dataset, run_id)
        entry = manifest.entries.get("model") if manifest else None
        if manifest and entry and entry.document == address:
            upload = store.load_entry(manifest.entries, "raw_upload", RawUpload)
            schema = store.load_entry(manifest.entries, "schema_deduction", SchemaDeduction)
            personal = [c.name for c in schema.columns if c.pii] if schema else []
            return entry.run_id, upload.files if upload else [], personal
    return "", [], []
