"""The web UI follows a feature back to the column of the upload."""

from pathlib import Path

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.core.documents import DatasetSnapshot, Payload, PipelineSpec
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, with_derived
from pipeweave_dagster.lib.metadata.lineage import MOST_COLUMNS, column_lineage
from pipeweave_dagster.lib.resources import WorkbenchResource

pytestmark = pytest.mark.slow

ROWS = "".join(f"{i % 17},{i % 23 + 1},{'yes' if i % 3 else 'no'}\n" for i in range(120))


@pytest.mark.slow
def test_a_feature_leads_to_the_column_of_the_upload(tmp_path: Path) -> None:
    resource = WorkbenchResource(home=str(tmp_path), storage=str(tmp_path / "storage"))
    storage = resource.open().store.storage
    storage.put("uploads/flats/flats.csv", f" Floor m² ,Rooms,left\n{ROWS}".encode())
    storage.put("uploads/flats/pipeweave.yaml", b"target: left\n")
    names = ["raw_upload", "dataset", "schema_deduction", "findings", "pipeline"]
    keys = [dg.AssetKey(["ml", name]) for name in names]
    definitions = build_defs(key_prefix="ml", resources={"workbench": resource})
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("datasets", ["flats"])
        done = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, partition_key="flats", asset_selection=keys
        )
        lineages = {}
        for event in done.get_asset_materialization_events():
            found = event.materialization.metadata.get("dagster/column_lineage")
            if found is not None:
                lineages[event.asset_key.path[-1]] = found.value.deps_by_column
    assert set(lineages) == {"dataset", "pipeline"}
    feature = "Floor m²"
    (typed,) = lineages["pipeline"][feature]
    assert typed.asset_key == dg.AssetKey(["ml", "dataset"])
    (uploaded,) = lineages["dataset"][typed.column_name]
    assert uploaded.asset_key == dg.AssetKey(["ml", "raw_upload"])
    assert uploaded.column_name == " Floor m² "

    manifest = resource.open().store.manifest("flats", done.run_id)
    assert manifest is not None
    address = manifest.entries["pipeline"].document
    spec = resource.open().store.load(address, PipelineSpec)
    ratio = DerivedFeature(operator="ratio", columns=[feature, "Rooms"])
    found = column_lineage(with_derived(spec, [ratio]), keys)
    derived = found["dagster/column_lineage"].deps_by_column[ratio.name]
    assert [source.column_name for source in derived] == [feature, "Rooms"]
    assert ratio.name in [column.name for column in found["dagster/column_schema"].columns]


def test_a_wide_table_lists_its_first_columns_and_says_so() -> None:
    column = {"type": "number", "missing": 0}
    columns = [{"name": f"c{i}", "original_name": f"C {i}", **column} for i in range(305)]
    payload = Payload(name="data.parquet", sha256="0" * 64, size_bytes=1)
    facts = {"rows_read": 1, "rows": 1, "rows_quarantined": 0, "data": payload}
    snapshot = DatasetSnapshot(dialect={"format": "csv"}, columns=columns, **facts)
    found = column_lineage(snapshot, [dg.AssetKey("raw_upload")])
    assert len(found["dagster/column_lineage"].deps_by_column) == MOST_COLUMNS
    assert found["column_lineage"] == "the first 300 of 305 columns"
    assert column_lineage(snapshot, []) == {}
