"""A look at what a step makes: sentinels gone, dates in parts, texts masked."""

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, with_derived
from pipeweave_dagster.core.pipelines.preview import preview
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


def table():
    frame = pd.DataFrame({"co": [-200.0, 2.5] * 20, "name": ["Alice", None] * 20})
    frame["when"] = pd.date_range("2024-02-28", periods=40)
    frame["member"] = [True, False] * 20
    frame["y"] = [0, 1] * 20
    return frame


@pytest.fixture
def spec():
    settings = DatasetSettings(columns={"co": ColumnSetting(missing=["-200"])})
    return make_pipeline(table(), "y", "binary", settings=settings)


@pytest.fixture
def seen(spec, tmp_path):
    data = write_parquet(table(), tmp_path)
    return lambda step: preview(spec, data, step)


def test_a_value_that_stands_for_missing_is_missing_after_its_step(seen):
    (column,) = seen("numbers")["columns"]
    assert (column["missing_before"], column["missing_after"]) == (0, 20)
    assert column["first"] == ["", "2.5", "", "2.5", ""]


def test_dates_are_shown_in_their_parts_and_texts_masked(seen):
    found = {c["name"]: c for c in seen("dates")["columns"]}
    assert found["when (day)"]["first"] == ["28", "29", "1", "2", "3"]
    assert found["when (day)"]["source"] == "when"
    assert seen("categories")["columns"][0]["first"][:2] == ["A…e", ""]


def test_read_and_derived_columns_can_be_previewed(seen, spec, tmp_path):
    found = {c["name"]: c for c in seen("read")["columns"]}
    assert list(found) == ["co", "name", "when", "member", "y"]
    assert (found["co"]["missing_before"], found["co"]["missing_after"]) == (0, 20)
    assert (found["name"]["after"], found["name"]["first"][0]) == ("text", "A…e")
    ideas = with_derived(
        spec, [DerivedFeature(operator="cross", columns=["name", "member"]),
               DerivedFeature(operator="group_mean", columns=["co", "name"])]
    )  # fmt: skip
    (column,) = preview(ideas, tmp_path / "data.parquet", "ideas")["columns"]
    assert (column["name"], column["source"]) == ("cross(name, member)", "name")
    assert (column["missing_before"], column["missing_after"]) == (20, 20)


def test_what_stands_for_missing_in_the_target_is_missing_after_reading(tmp_path):
    settings = DatasetSettings(columns={"co": ColumnSetting(missing=["-200"])})
    spec = make_pipeline(table(), "co", "regression", settings=settings)
    found = preview(spec, write_parquet(table(), tmp_path), "read")["columns"]
    (target,) = [column for column in found if column["name"] == "co"]
    assert (target["missing_before"], target["missing_after"]) == (0, 20)


def test_an_unknown_step_is_refused_with_the_known_ones(seen):
    with pytest.raises(PipeWeaveError, match="no step 'nubmers'") as caught:
        seen("nubmers")
    assert "numbers" in caught.value.fix
