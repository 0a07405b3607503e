"""Drift of a scored batch from the training rows of the version that scored it."""

import time
from pathlib import Path

from pipeweave_dagster.core.documents import (
    BatchHistory,
    BatchRecord,
    DriftReport,
    PredictionBatch,
    TrainedModel,
)
from pipeweave_dagster.core.monitoring import measure_drift
from pipeweave_dagster.core.monitoring.error_rate import level_of
from pipeweave_dagster.core.monitoring.predicted_files import PredictedFiles
from pipeweave_dagster.core.monitoring.volume import unusual_volume
from pipeweave_dagster.core.prediction import predict_sample
from pipeweave_dagster.services.batch_history import change_history, history_of, with_batch
from pipeweave_dagster.services.scored_batches import stored_predictions
from pipeweave_dagster.services.workbench import Workbench


def drift_of_batch(
    workbench: Workbench,
    dataset: str,
    predictions: PredictionBatch,
    trained: TrainedModel,
    folder: Path,
) -> DriftReport:
    """Measure the drift of a batch, at the level that is left for the next test of the data set.

    Args:
        workbench: The settings and the store.
        dataset: Name of the data set.
        predictions: The scored batch.
        trained: The version that scored it.
        folder: For predictions.
    """
    store, test = workbench.store, history_of(workbench.store, dataset).tests + 1
    report = workbench.on_data(
        measure_drift,
        batch=predictions.batch,
        reference=store.payload(trained.reference),
        data=store.payload(predictions.rows_file),
        features=trained.features,
        level=level_of(test),
        hidden=trained.hidden,
        predicted=_predicted(workbench, predictions, trained, folder),
    )
    change_history(store, dataset, lambda h: h.model_copy(update={"tests": max(h.tests, test)}))
    return report.model_copy(update={"model_version": predictions.model_version})


def _predicted(
    workbench: Workbench, predictions: PredictionBatch, trained: TrainedModel, folder: Path
) -> PredictedFiles | None:
    """Return one model's predictions of the batch and of the test rows; None if they were removed.

    The model that scores batches has usually been refitted on all rows, and its outputs are spread
    otherwise than those of the model that was tested: without any change of the rows, the rare
    class of a table may become half as probable for most of them. So that one scores a sample.
    """
    payload = workbench.store.payload
    if trained.evaluated is None or trained.evaluated == trained.model:
        batch = stored_predictions(
            workbench, predictions.parquet_key, folder / "predictions.parquet"
        )
    else:
        rows = payload(predictions.rows_file)
        batch = (
            folder
            / workbench.on_model(
                predict_sample,
                model=payload(trained.evaluated),
                trained=trained,
                data=rows,
                out=folder,
            ).name
        )
    if batch is None:
        return None
    return PredictedFiles(
        target=trained.target,
        classes=trained.classes,
        batch=batch,
        test_rows=payload(trained.test_rows),
    )


def record_batch(
    workbench: Workbench,
    dataset: str,
    predictions: PredictionBatch,
    drift: DriftReport,
    run_id: str,
) -> BatchHistory:
    """Add a scored batch to the history of its data set, and return the history."""
    record = BatchRecord(
        batch=predictions.batch,
        model_version=predictions.model_version,
        run_id=run_id,
        scored_at=time.time(),
        rows=predictions.rows,
        predictions_key=predictions.parquet_key,
        data_sha256=predictions.data_sha256,
        verdict=drift.verdict,
        drift=drift.drifted,
    )
    return change_history(workbench.store, dataset, lambda h: with_batch(h, record))


def volume_of(history: BatchHistory, batch: str) -> str:
    """Return what is unusual about the number of rows of a batch; empty if nothing is."""
    own = [b for b in history.batches if b.role == "champion"]
    rows = next((b.rows for b in reversed(own) if b.batch == batch), None)
    if rows is None:
        return ""
    return unusual_volume(rows, [b.rows for b in own if b.batch != batch])
