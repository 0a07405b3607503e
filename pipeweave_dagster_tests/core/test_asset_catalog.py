"""One catalog names the assets, and the definitions agree with it."""

import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.core.asset_catalog import (
    BY_NAME,
    CATALOG,
    OF_DATASETS,
    activity_of,
    assets_of,
    made_with,
)


def test_the_definitions_hold_exactly_the_assets_of_the_catalog_in_their_groups() -> None:
    specs = build_defs().resolve_all_asset_specs()
    groups = {spec.key.to_user_string(): spec.group_name for spec in specs}
    assert groups == {asset.name: asset.group for asset in CATALOG}
    assert len(BY_NAME) == len(CATALOG)


@pytest.mark.parametrize("job", ["process_dataset", "predict_batch", "refresh_overview"])
def test_each_job_makes_its_assets(job: str) -> None:
    made = build_defs().resolve_job_def(job).asset_layer.selected_asset_keys
    assert {key.path[-1] for key in made} == set(assets_of(job))  # type: ignore[arg-type]


def test_the_order_is_that_of_the_data_flow() -> None:
    graph = build_defs().resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            names = [parent.path[-1], key.path[-1]]
            assert sorted(names, key=list(BY_NAME).index) == names


def test_what_is_published_together_is_what_one_job_makes() -> None:
    assert made_with("drift") == {"predictions", "drift", "shadow", "performance"}
    assert made_with("model") == set(assets_of("process_dataset"))
    assert set(OF_DATASETS) == made_with("drift") | made_with("model")
    assert activity_of("model") == "Training"
    assert activity_of("deliver_sales") == "deliver_sales"
