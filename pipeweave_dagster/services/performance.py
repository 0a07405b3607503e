"""Performance of the models of a data set on the batches that they have scored."""

import time
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.documents import Estimate, PerformanceReport
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.performance import CombinedLabels, ModelVersion, measure_batches
from pipeweave_dagster.core.performance.decline import worse_batches
from pipeweave_dagster.core.performance.label_notes import label_notes
from pipeweave_dagster.services.batch_history import change_history, history_of, with_scores
from pipeweave_dagster.services.label_files import (
    id_missing,
    label_files_of,
    read_label_files,
    target_column,
)
from pipeweave_dagster.services.model_versions import find_version, table_of
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.scored_batches import scored_files, versions_of
from pipeweave_dagster.services.workbench import Workbench

MOST_MEASURED = 200
"""Labels are joined with the newest batches; each arrival reads the predictions of all these."""

MOST_REPORTED = 100
"""The history has the older batches."""


class _Labels(NamedTuple):
    """What has arrived: nothing where `combined` is None, which `note` explains."""

    id_column: str | None
    combined: CombinedLabels | None = None
    note: str = ""


def measure_performance(
    workbench: Workbench, dataset: str, folder: Path, *, labels_required: bool = False
) -> PerformanceReport:
    """Join all labels that have arrived with the scored batches, and update their history.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        folder: Empty folder.
        labels_required: Refuse labels that cannot be joined, since they are what the run is for;
            otherwise they are mentioned in a note.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no id is declared, or if no file of labels can be used;
            only with `labels_required`.
    """
    store = workbench.store
    before = history_of(store, dataset)
    recent = before.batches[-MOST_MEASURED:]
    versions = versions_of(workbench, dataset, recent)
    try:
        labels = _labels(workbench, dataset, versions, folder)
    except PipeWeaveError as error:
        if labels_required:
            raise
        labels = _Labels(None, note=error.text)
    measured = workbench.on_model(
        measure_batches,
        files=scored_files(workbench, recent, folder),
        versions=versions,
        labels=folder / labels.combined.file.name if labels.combined else None,
        id_column=labels.id_column,
    )
    after = change_history(store, dataset, lambda h: with_scores(h, measured.records, time.time()))
    tests = {version.version: _test_score(workbench, dataset, version) for version in versions}
    return PerformanceReport(
        metric=versions[-1].trained.metric if versions else None,
        tested=tests[versions[-1].version] if versions else None,
        batches=after.batches[-MOST_REPORTED:],
        labelled=sum(record.labelled for record in after.batches if record.role == "champion"),
        unmatched=measured.unmatched,
        corrected=labels.combined.corrected if labels.combined else 0,
        worse=worse_batches(after.batches, tests),
        comparison=measured.comparison,
        refused=labels.combined.refused if labels.combined else [],
        notes=[*([labels.note] if labels.note else []), *label_notes(measured, labels.combined)],
    )


def _labels(
    workbench: Workbench, dataset: str, versions: list[ModelVersion], folder: Path
) -> _Labels:
    """Read what has arrived.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if it cannot be read or joined.
    """
    id_column = settings_of(workbench.store, dataset).id
    files = label_files_of(workbench, dataset)
    if not files:
        return _Labels(id_column)
    if id_column is None:
        raise id_missing(dataset)
    snapshot = table_of(workbench.store, dataset, versions[-1].version) if versions else None
    if snapshot is None:
        return _Labels(id_column, note="Labels have arrived, but no batch was scored yet.")
    target = target_column(snapshot, versions[-1].trained.target)
    return _Labels(
        id_column, read_label_files(workbench, dataset, id_column, target, files, folder)
    )


def _test_score(workbench: Workbench, dataset: str, version: ModelVersion) -> Estimate:
    documents = find_version(workbench.store, dataset, version.version)
    metrics = documents[1].metrics if documents else {}
    return metrics.get(version.trained.metric, Estimate(value=None))
