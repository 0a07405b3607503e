"""A document is stored and recorded once, under the key that the next run reuses it by."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import DatasetSettings, Document, RawFile, RawUpload
from pipeweave_dagster.defs.datasets.assets import raw_upload
from pipeweave_dagster.lib.io_manager import DOCUMENTS, DocumentIOManager
from pipeweave_dagster.lib.resources import WorkbenchResource


@pytest.fixture
def workbench(tmp_path: Path) -> WorkbenchResource:
    resource = WorkbenchResource(home=str(tmp_path), storage=str(tmp_path / "storage"))
    resource.open().store.storage.put("uploads/towns/data.csv", b"a,b\n1,2\n")
    return resource


def materialize(
    workbench: WorkbenchResource, instance: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    instance.add_dynamic_partitions("datasets", ["towns"])
    return dg.materialize(
        [raw_upload],
        instance=instance,
        partition_key="towns",
        resources={"workbench": workbench, DOCUMENTS: DocumentIOManager(workbench)},
    )


def test_one_run_stores_the_document_once_and_the_next_one_reuses_it(
    workbench: WorkbenchResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[Document] = []
    save = DocumentStore.save

    def counted(store: DocumentStore, document: Document) -> str:
        saved.append(document)
        return save(store, document)

    monkeypatch.setattr(DocumentStore, "save", counted)
    store = workbench.open().store
    with dg.DagsterInstance.ephemeral() as instance:
        first, second = (materialize(workbench, instance) for _ in range(2))
    assert [document.kind for document in saved] == ["raw_upload"]

    entries: list[Any] = []
    for run in (first, second):
        manifest = store.manifest("towns", run.run_id)
        assert manifest is not None
        assert manifest.made == ["raw_upload"]
        entries.append(manifest.entries["raw_upload"])
    assert entries[0] == entries[1]
    assert entries[0].run_id == first.run_id
    (event,) = second.asset_materializations_for_node("raw_upload")
    assert event.metadata["reuse key"].value == entries[0].key
    assert "reused from run" in str(event.metadata["result"].value)
    head = store.head("towns")
    assert head is not None
    assert head.run_id == second.run_id


def test_a_result_that_the_outside_world_has_lost_is_made_again(
    workbench: WorkbenchResource,
) -> None:
    """A model that was deleted in MLflow, say: its document alone is of no use."""
    from pipeweave_dagster.lib.partitions import DATASETS
    from pipeweave_dagster.lib.stages import run_stage
    from pipeweave_dagster.services.workbench import Workbench

    reasons = iter(["it was deleted in MLflow", ""])
    made: list[int] = []

    @dg.asset(io_manager_key=DOCUMENTS, partitions_def=DATASETS, name="raw_upload")
    def lost(
        context: dg.AssetExecutionContext, workbench: dg.ResourceParam[Workbench]
    ) -> dg.MaterializeResult[RawUpload]:
        def make(_: Path) -> RawUpload:
            made.append(1)
            file = RawFile(name="a.csv", sha256="0" * 64, size_bytes=1)
            return RawUpload(dataset="towns", files=[file], settings=DatasetSettings())

        return run_stage(context, workbench, RawUpload, make, outdated=lambda _: next(reasons))

    resources = {"workbench": workbench, DOCUMENTS: DocumentIOManager(workbench)}
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("datasets", ["towns"])
        for times in (1, 2, 2):
            run = dg.materialize(
                [lost], instance=instance, partition_key="towns", resources=resources
            )
            assert run.success
            assert len(made) == times


def test_an_entry_names_the_documents_that_it_was_made_from(
    workbench: WorkbenchResource,
) -> None:
    """Also where a test calls the assets."""
    from pipeweave_dagster.defs.datasets.assets import dataset
    from pipeweave_dagster.lib.launch_config import LaunchConfig

    with workbench.open() as bench:
        run = {"context": dg.build_asset_context(partition_key="towns"), "workbench": bench}
        raw = raw_upload(config=LaunchConfig(), **run).value
        dataset(raw_upload=raw, **run)
        manifest = bench.store.manifest("towns", run["context"].op_execution_context.run_id)
    assert manifest is not None
    assert manifest.entries["dataset"].inputs == {"raw_upload": raw.sha256}


def test_training_does_not_depend_on_the_wording_of_the_schema() -> None:
    from pipeweave_dagster.defs.models.assets import model

    read = {key.path[-1] for key in model.asset_deps[model.key]}
    assert read == {"raw_upload", "dataset", "pipeline"}
