"""Compare the schema of a data set with that of an earlier run."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeweave_dagster.adapters.state import DocumentStore, Entry
from pipeweave_dagster.core.documents import DatasetSnapshot, SchemaDeduction
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.core.schema.version_diff import VersionChange, compare_versions
from pipeweave_dagster.services.workbench import Workbench

_ASSETS = {"dataset", "schema_deduction"}


@dataclass(frozen=True)
class SchemaComparison:
    """The runs that were compared, and what changed from the one to the other."""

    before: str
    after: str
    changes: list[VersionChange]


def compare_with_run(workbench: Workbench, dataset: str, run: str) -> SchemaComparison:
    """Compare the schema of a run with that of the latest run, or of HEAD if that has none.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        run: The id of the older run, or its first characters.

    Raises:
        PipeWeaveError: NOT_FOUND if one of both has no schema; VALIDATION_ERROR if several runs
            begin with `run`.
    """
    store = workbench.store
    old_run, old = _run(store, dataset, run)
    new_run, new = _latest(store, dataset)
    before = store.load(old["dataset"].document, DatasetSnapshot)
    after = store.load(new["dataset"].document, DatasetSnapshot)
    changes = workbench.on_data(
        compare_versions,
        old=store.load(old["schema_deduction"].document, SchemaDeduction),
        old_snapshot=before,
        old_data=store.payload(before.data),
        new=store.load(new["schema_deduction"].document, SchemaDeduction),
        new_snapshot=after,
        new_data=store.payload(after.data),
    )
    return SchemaComparison(old_run, new_run, changes)


def _run(store: DocumentStore, dataset: str, prefix: str) -> tuple[str, Mapping[str, Entry]]:
    runs = [run_id for run_id in store.manifests(dataset) if run_id.startswith(prefix)]
    if not runs:
        raise not_found(
            f"No run of {dataset!r} begins with {prefix[:40]!r}.",
            fix=f"See 'pipeweave runs ls --name {dataset}'.",
        )
    if len(runs) > 1:
        raise validation_error(
            f"{len(runs)} runs of {dataset!r} begin with {prefix[:40]!r}.",
            fix="Give more characters.",
        )
    manifest = store.manifest(dataset, runs[0])
    if manifest is None or not manifest.entries.keys() >= _ASSETS:
        raise not_found(
            f"Run {runs[0][:8]} of {dataset!r} has no schema.", fix="Choose another run."
        )
    return runs[0], manifest.entries


def _latest(store: DocumentStore, dataset: str) -> tuple[str, Mapping[str, Entry]]:
    attempt = store.attempt(dataset)
    latest = store.manifest(dataset, attempt.run_id) if attempt else None
    for state in (latest, store.head(dataset)):
        if state is not None and state.entries.keys() >= _ASSETS:
            return state.run_id, state.entries
    raise not_found(f"{dataset!r} has no schema yet.", fix="Run it first.")
