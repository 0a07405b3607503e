"""Scored batches of a data set, and rows that are scored at once."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import BatchRecord
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.scoring import describe_batch, score
from pipeweave_dagster.services.workbench import Workbench

MOST_ROWS = 1_000
_SET = "prediction_set"


def score_rows(
    bench: Workbench, dataset: str, rows: list[dict[str, Any]], *, explain: bool
) -> dict[str, Any]:
    """Score a few rows with the champion, as a file with them would be.

    Args:
        bench: Storage and workers.
        dataset: A data set with a champion.
        rows: Column to value; at most `MOST_ROWS`.
        explain: Add the columns that contribute most to each prediction.

    Raises:
        PipeWeaveError: NOT_FOUND without a champion, VALIDATION_ERROR if the rows do not fit it.
    """
    if not 1 <= len(rows) <= MOST_ROWS:
        raise validation_error(
            f"{len(rows):,} rows were sent; 1 to {MOST_ROWS:,} are scored at once.",
            fix="Upload a file of rows instead.",
        )
    bench.store.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bench.store.cache) as name:
        folder = Path(name)
        path = folder / "rows.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        file = (describe_batch(path, path.name), path)
        (folder / "out").mkdir()
        scored = score(bench, dataset, file, folder / "out", explain=explain)
        predictions = _records(scored.parquet)
    batch = scored.batch
    return {
        "dataset": dataset,
        "model_version": batch.model_version,
        "predictions": predictions,
        "notes": batch.notes,
    }


def _records(parquet: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows = pq.read_table(parquet).to_pylist()
    return [{name: _plain(name, value) for name, value in row.items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    """Return a cell as JSON has it: a missing one is null, the set of classes a list."""
    if name == _SET and isinstance(value, str):
        return json.loads(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def list_batches(store: DocumentStore, dataset: str, page: int, page_size: int) -> dict[str, Any]:
    """Return one page of the scored batches, newest first, and how many there are."""
    batches = history_of(store, dataset).batches[::-1]
    part = batches[(page - 1) * page_size : page * page_size]
    return {"batches": [b.model_dump(mode="json") for b in part], "total": len(batches)}


def find_batch(
    store: DocumentStore, dataset: str, batch: str, version: str | None = None
) -> BatchRecord:
    """Return a scored batch; of several versions that have scored it, the newest champion's.

    Raises:
        PipeWeaveError: NOT_FOUND if it is not in the history.
    """
    records = [b for b in history_of(store, dataset).batches if b.batch == batch]
    if version is not None:
        records = [b for b in records if b.model_version == version]
    records.sort(key=lambda b: (b.role == "champion", b.scored_at))
    if not records:
        raise not_found(
            f"{dataset!r} has no scored batch {batch[:80]!r}.", fix="List the batches of it."
        )
    return records[-1]


def predictions_file(store: DocumentStore, record: BatchRecord, kind: str, folder: Path) -> Path:
    """Return the predictions of a batch as a local file, copied into the folder from a bucket.

    Args:
        store: Where they are.
        record: The batch.
        kind: `csv` or `parquet`.
        folder: An empty folder.
    """
    key = f"{record.predictions_key.removesuffix('.parquet')}.{kind}"
    local = store.storage.local_path(key)
    if local is None:
        local = folder / f"predictions.{kind}"
        store.storage.fetch(key, local)
    return local
