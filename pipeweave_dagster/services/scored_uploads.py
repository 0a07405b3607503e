"""Score a file at once, and keep the result until it is downloaded; it is no batch of the history.

`incoming/<id>/scored.json` describes it, with `scored.csv` and `scored.parquet` beside it; all of
them are gone after a day.
"""

import secrets
import tempfile
from pathlib import Path

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import not_found
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.receive import check_size
from pipeweave_dagster.services.scoring import describe_batch, score
from pipeweave_dagster.services.upload_addresses import file_name_of, landing_name
from pipeweave_dagster.services.upload_completion import place
from pipeweave_dagster.services.upload_tickets import FOLDER, is_upload_id
from pipeweave_dagster.services.workbench import Workbench

KINDS = ("csv", "parquet")


class ScoredUpload(Part):
    """A scored file. `counts` are the predictions by class."""

    scored_id: str
    dataset: str
    file_name: str
    rows: int
    model_version: str
    outside: int | None = None
    abstained: int | None = None
    counts: dict[str, int] = {}
    notes: list[str] = []


def score_upload(bench: Workbench, dataset: str, file_name: str, path: Path) -> ScoredUpload:
    """Score a file with the champion, and keep the result.

    Args:
        bench: Storage and workers.
        dataset: The data set whose champion is used.
        file_name: Name of the file.
        path: The file.

    Raises:
        PipeWeaveError: NOT_FOUND without a champion, VALIDATION_ERROR if the file cannot be read or
            lacks columns.
    """
    store, name = bench.store, file_name_of(file_name)
    check_size(name, path.stat().st_size, bench.settings.max_dataset_bytes)
    with tempfile.TemporaryDirectory(dir=store.cache) as folder:
        explain = bench.settings.prediction_reasons
        raw = describe_batch(path, name)
        file = (raw, path)
        scored = score(bench, dataset, file, Path(folder), stamped=True, explain=explain)
        batch = scored.batch
        kept = ScoredUpload(
            scored_id=secrets.token_hex(16),
            dataset=dataset,
            file_name=name,
            rows=batch.rows,
            model_version=batch.model_version,
            outside=batch.outside_training,
            abstained=batch.abstained,
            counts=batch.counts,
            notes=batch.notes[:20],
        )
        store.storage.put_file(_key(kept.scored_id, "csv"), scored.csv)
        store.storage.put_file(_key(kept.scored_id, "parquet"), scored.parquet)
    store.records.write(_key(kept.scored_id, "json"), kept)
    facts = {"file": name, "sha256": raw.sha256, "rows": batch.rows}
    audit.record(store, "predict", dataset, version=batch.model_version, after=facts)
    return kept


def find_scored(store: DocumentStore, dataset: str, scored_id: str) -> ScoredUpload:
    """Return a scored file of a data set.

    Raises:
        PipeWeaveError: NOT_FOUND if there is none of this id, or it is gone.
    """
    known = is_upload_id(scored_id)
    found = store.records.read(_key(scored_id, "json"), ScoredUpload) if known else None
    if found is None or found.dataset != dataset:
        raise not_found(
            "There is no such result; results are kept for a day.", fix="Score the file again."
        )
    return found


def fetch_scored(store: DocumentStore, scored: ScoredUpload, kind: str, folder: Path) -> Path:
    """Return the predictions as a local file, `csv` or `parquet`, copied into the folder.

    Raises:
        PipeWeaveError: NOT_FOUND for another kind.
    """
    if kind not in KINDS:
        raise not_found(f"There is no {kind[:20]!r}.", fix="Choose csv or parquet.")
    path = folder / f"predictions.{kind}"
    store.storage.fetch(_key(scored.scored_id, kind), path)
    return path


def land_batch(store: DocumentStore, dataset: str, file_name: str, path: Path) -> str:
    """Put a file into `predict/<dataset>/`, where the sensor starts its run; return its key.

    Raises:
        PipeWeaveError: VALIDATION_ERROR as `landing_name`.
    """
    key = f"predict/{dataset}/{landing_name(file_name)}"
    place(store, dataset, key, path)
    return key


def _key(scored_id: str, kind: str) -> str:
    return f"{FOLDER}/{scored_id}/scored.{kind}"
