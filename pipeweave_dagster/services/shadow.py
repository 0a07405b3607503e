"""Score a batch with the challenger too, in the shadow of the champion."""

import time
from pathlib import Path

from pipeweave_dagster.core.documents import BatchRecord, PredictionBatch, ShadowBatch
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.batch_history import change_history, with_batch
from pipeweave_dagster.services.champion import Registered
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version
from pipeweave_dagster.services.prediction_origin import PredictionOrigin, origin_key
from pipeweave_dagster.services.scoring import Scored, deliver, score
from pipeweave_dagster.services.workbench import Workbench


def score_in_shadow(
    workbench: Workbench, dataset: str, scored: PredictionBatch, folder: Path, run_id: str
) -> ShadowBatch:
    """Score a batch with the challenger, deliver the predictions, and add them to the history.

    A challenger that cannot score a batch never fails it: the reason is in the document.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        scored: The batch as the champion scored it.
        folder: Empty folder.
        run_id: The run, for the history.
    """
    nothing = ShadowBatch(batch=scored.batch)
    challenger = challenger_of(workbench, dataset, scored.model_version)
    if isinstance(challenger, str):
        return nothing.model_copy(update={"reason": challenger})
    try:
        found = _scored(workbench, dataset, scored, folder, challenger)
    except PipeWeaveError as error:
        version = challenger.link.model_version
        reason = f"Challenger, version {version}, could not score the batch: {error.text}"
        return nothing.model_copy(update={"reason": reason[:500]})
    if found is None or found.batch.rows != scored.rows:
        reason = "The rows of the batch cannot be read again as the champion read them."
        return nothing.model_copy(update={"reason": reason})
    batch = deliver(workbench, dataset, found, run_id, shadow=True)
    record = _record(batch, run_id)
    change_history(workbench.store, dataset, lambda h: with_batch(h, record))
    return ShadowBatch(
        batch=batch.batch,
        model_version=batch.model_version,
        rows=batch.rows,
        parquet_key=batch.parquet_key,
        csv_key=batch.csv_key,
    )


def challenger_of(workbench: Workbench, dataset: str, champion: str) -> Registered | str:
    """Return the challenger that can be compared with a version, or why there is none.

    The aliases are those that are recorded, so a data set without a challenger asks no server.
    """
    if not workbench.settings.shadow:
        return "Scoring in shadow is off (PIPEWEAVE_SHADOW)."
    store = workbench.store
    version = aliases_of(store, dataset).get("challenger")
    if version is None or version == champion:
        return "The data set has no challenger."
    found, current = (find_version(store, dataset, v) for v in (version, champion))
    if found is None or current is None or found[0].mlflow is None:
        return f"The documents of the challenger, version {version}, are not in this storage."
    if (found[0].target, found[0].task) != (current[0].target, current[0].task):
        return f"The challenger, version {version}, predicts another target."
    return Registered(found[0].mlflow, *found)


def _scored(
    workbench: Workbench,
    dataset: str,
    scored: PredictionBatch,
    folder: Path,
    challenger: Registered,
) -> Scored | None:
    """Score the file that the champion scored, read alike; None if its origin was not kept."""
    store = workbench.store
    key = origin_key(dataset, scored.batch, scored.model_version)
    origin = store.records.read(key, PredictionOrigin)
    if origin is None or origin.file.sha256 != scored.data_sha256:
        return None
    file = (origin.file, store.file(origin.file.key))
    return score(workbench, dataset, file, folder, stamped=True, read=origin.read, by=challenger)


def _record(batch: PredictionBatch, run_id: str) -> BatchRecord:
    return BatchRecord(
        batch=batch.batch,
        model_version=batch.model_version,
        role="challenger",
        run_id=run_id,
        scored_at=time.time(),
        rows=batch.rows,
        predictions_key=batch.parquet_key,
        data_sha256=batch.data_sha256,
    )
