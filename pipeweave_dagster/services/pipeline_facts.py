"""The pipelines of all data sets, their versions, and a pipeline under other settings."""

from collections.abc import Callable
from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSettings,
    DatasetSnapshot,
    PipelineSpec,
    SchemaDeduction,
)
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.services.dataset_versions import documents_of, published_pipeline
from pipeweave_dagster.services.receive import settings_of


def list_pipelines(
    store: DocumentStore, may_see: Callable[[str], bool] = lambda _: True
) -> list[dict[str, Any]]:
    """Return one row per data set that has a published pipeline.

    Args:
        store: Documents and records.
        may_see: Which data sets are listed.
    """
    found: dict[str, PipelineSpec] = {}
    for name in filter(may_see, store.datasets()):
        with contained(name):
            if spec := store.latest(name, "pipeline", PipelineSpec):
                found[name] = spec
    return [
        {
            "dataset": name,
            "target": spec.target,
            "task": spec.task,
            "features": len(spec.features),
            "steps": len(spec.steps),
            "sha256": spec.sha256,
        }
        for name, spec in found.items()
    ]


def list_versions(store: DocumentStore, dataset: str) -> list[dict[str, Any]]:
    """Return one row per version of a pipeline, newest first, with the run that made it."""
    return [
        {
            "version": entry.document,
            "run_id": entry.run_id,
            "made_at": entry.made_at,
            "source": spec.source,
            "features": len(spec.features),
            "steps": len(spec.steps),
        }
        for entry in documents_of(store, dataset, "pipeline")
        if (spec := store.load(entry.document, PipelineSpec))
    ]


def applied_pipeline(
    store: DocumentStore, dataset: str, given: DatasetSettings | None = None
) -> tuple[PipelineSpec, dict[str, ColumnDeduction]]:
    """Return the published pipeline with settings applied and checked, and its columns' schema.

    Args:
        store: Documents and records.
        dataset: The data set.
        given: The settings; None for those of the data set's `pipeweave.yaml`.

    Raises:
        PipeWeaveError: NOT_FOUND if there is no pipeline yet, VALIDATION_ERROR if the settings do
            not fit it.
    """
    from pipeweave_dagster.core.pipelines.handwritten import apply_settings

    spec = published_pipeline(store, dataset)
    settings = settings_of(store, dataset) if given is None else given
    snapshot = store.latest(dataset, "dataset", DatasetSnapshot)
    schema = store.latest(dataset, "schema_deduction", SchemaDeduction)
    own = [*spec.features, spec.target]
    columns = [c.name for c in snapshot.columns] if snapshot else own
    deduced = {c.name: c for c in schema.columns} if schema else {}
    return apply_settings(spec, settings, columns, deduced), deduced
