"""The rules that construct a pipeline from schema and findings."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Finding, Override
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster_tests.factories import (
    make_pipeline,
    make_schema,
    make_snapshot,
    write_parquet,
)


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "id": range(40),
            "age": [20.0, 30.0] * 20,
            "town": ["a", "b", "c", "d"] * 10,
            "size": ["S", "M", "L", "M"] * 10,
            "member": [True, False] * 20,
            "since": pd.date_range("2020-01-01", periods=40),
            "note": [f"some words {i} here" for i in range(40)],
            "same": ["x"] * 40,
            "code": [1, 2, 3, 4] * 10,
            "y": ["no", "yes"] * 20,
        }
    )


def test_every_kind_of_column_goes_to_its_step(table):
    spec = make_pipeline(
        table,
        "y",
        "binary",
        types={
            "id": "identifier",
            "note": "text",
            "same": "constant",
            "code": "categorical",
            "size": "ordinal",
        },
        orders={"size": ["S", "M", "L"]},
    )
    steps = {step.use: step.columns for step in spec.steps}
    assert steps["numeric"] == ["age"]
    assert steps["categorical"] == ["town", "code"]
    assert steps["ordinal"] == ["size"]
    assert steps["boolean"] == ["member"]
    assert steps["date_parts"] == ["since"]
    assert steps["text"] == ["note"]
    assert set(spec.dropped) == {"id", "same"}
    assert spec.metric == "roc_auc"
    assert validate(spec, list(table.columns)) == []


def test_equal_input_gives_equal_bytes(table):
    assert make_pipeline(table, "y", "binary").sha256 == make_pipeline(table, "y", "binary").sha256


@pytest.mark.parametrize(
    ("task", "metric"), [("binary", "roc_auc"), ("multiclass", "log_loss"), ("regression", "rmse")]
)
def test_default_metric(table, task, metric):
    assert make_pipeline(table, "y", task).metric == metric


def test_a_finding_may_set_the_metric_and_the_settings_override_it(table):
    rare = Finding(
        code="PW105",
        title="balance",
        group="target",
        state="fixed",
        message="one class is rare",
        patch={"metric": "log_loss"},
    )
    assert make_pipeline(table, "y", "binary", findings=[rare]).metric == "log_loss"
    settings = DatasetSettings(metric="accuracy")
    assert (
        make_pipeline(table, "y", "binary", findings=[rare], settings=settings).metric == "accuracy"
    )
    other = rare.model_copy(update={"overridden": "we rank"})
    assert make_pipeline(table, "y", "binary", findings=[other]).metric == "roc_auc"


def leak(state="blocked", **more):
    return Finding(
        code="PW204",
        title="leak",
        group="leakage",
        state=state,
        columns=["age"],
        message="age tells the target",
        patch={"columns": {"age": {"drop": True}}},
        **more,
    )


def test_an_identifier_used_as_a_number_is_not_hashed_for_the_split(table, tmp_path):
    alert = leak("alerted").model_copy(update={"code": "PW502", "columns": ["id"]})
    spec = make_pipeline(
        table, "y", "binary", types={"id": "identifier"}, roles={"id": "identifier"},
        findings=[alert],
    )  # fmt: skip
    steps = {step.use: step.columns for step in spec.steps}
    assert steps["numeric"] == ["id", "age", "code"]
    assert spec.split.hashed_as == {"id": "unread"}
    assert validate(spec, list(table.columns)) == []
    sides = []
    for first in (0, 1000):
        data = write_parquet(table.assign(id=table["id"] + first), tmp_path)
        sides.append(make_training_set(spec, read_table(spec, data), seed=0).split.test.tolist())
    assert sides[0] == sides[1] != []


def test_years_are_categories_and_numbers(table, tmp_path):
    years = table.assign(year=1990 + np.arange(len(table)) % 9, level=np.arange(len(table)) % 7)
    kinds = {"year": "categorical", "level": "categorical"}
    spec = make_pipeline(years, "y", "binary", types=kinds)
    step = next(s for s in spec.steps if s.use == "categorical")
    assert step.params["numbers"] == ["year"]
    assert {"year", "level"} <= set(step.columns)
    assert validate(spec, list(years.columns)) == []
    job = make_training_set(spec, read_table(spec, write_parquet(years, tmp_path)), seed=0)
    assert {"year", "year (number)", "level"} <= set(job.features.columns)
    step.params["numbers"] = []
    before = make_training_set(spec, read_table(spec, write_parquet(years, tmp_path)), seed=0)
    assert job.split.test.tolist() == before.split.test.tolist() != []


def test_a_column_that_a_finding_drops_has_its_reason(table):
    spec = make_pipeline(table, "y", "binary", findings=[leak()])
    assert "age" not in spec.features
    assert spec.dropped["age"] == "PW204: age tells the target"


def test_a_column_with_a_mere_leakage_alert_is_kept_and_named(table):
    spec = make_pipeline(table, "y", "binary", findings=[leak("alerted")])
    assert "age" in spec.features
    assert "age (PW204)" in spec.steps[0].reason
    assert make_pipeline(table, "y", "binary").steps[0].reason == ""


def test_an_overridden_finding_keeps_its_column(table):
    assert (
        "age" in make_pipeline(table, "y", "binary", findings=[leak(overridden="known")]).features
    )


@pytest.mark.parametrize(("state", "left_out"), [("fixed", True), ("alerted", False)])
def test_totals_are_left_out_unless_the_settings_keep_them(table, state, left_out):
    finding = Finding(
        code="PW609", title="t", group="rows", state=state, message="2 rows are sums."
    )
    spec = make_pipeline(table, "y", "binary", findings=[finding])
    assert spec.without_totals == left_out


def test_no_target_is_refused_with_what_to_do(table):
    schema = make_schema(table, "y", "binary")
    target = schema.target.model_copy(update={"name": None, "task": None, "reason": "None fits."})
    with pytest.raises(PipeWeaveError, match=r"None fits.*--target"):
        plan(
            make_snapshot(table),
            schema.model_copy(update={"target": target}),
            make_pipeline.__globals__["Findings"](findings=[]),
            DatasetSettings(),
        )


def test_no_feature_left_is_refused_and_says_why(table):
    with pytest.raises(PipeWeaveError, match=r"No feature columns are left.*id \(identifies rows"):
        make_pipeline(table[["id", "y"]], "y", "binary", types={"id": "identifier"})


def test_a_metric_of_another_task_is_refused(table):
    with pytest.raises(PipeWeaveError, match=r"rmse.*not a metric"):
        make_pipeline(table, "y", "binary", settings=DatasetSettings(metric="rmse"))


def test_group_split_takes_the_column_out_of_the_features(table):
    settings = DatasetSettings(split={"group": "town"})
    spec = make_pipeline(table, "y", "binary", settings=settings)
    assert spec.split.kind == "group"
    assert "town" not in spec.features
    assert "is the split column" in spec.dropped["town"]


def test_two_splits_or_an_unknown_column_are_refused(table):
    for split, word in (({"group": "town", "time": "since"}, "several"), ({"fold": "f"}, "exist")):
        with pytest.raises(PipeWeaveError, match=word):
            make_pipeline(table, "y", "binary", settings=DatasetSettings(split=split))


def test_a_handwritten_part_replaces_the_constructed_one(table):
    own = {"split": {"kind": "hash", "test_share": 0.3, "folds": 3}}
    spec = make_pipeline(table, "y", "binary", settings=DatasetSettings(pipeline=own))
    assert spec.source == "settings"
    assert spec.split.test_share == 0.3


def test_a_handwritten_part_with_a_mistake_names_the_path(table):
    for own, path in (({"stpes": []}, "pipeline.stpes"), ({"target": "age"}, "PIP101 at features")):
        with pytest.raises(PipeWeaveError, match=path):
            make_pipeline(table, "y", "binary", settings=DatasetSettings(pipeline=own))


def test_overrides_in_settings_do_not_disturb(table):
    settings = DatasetSettings(overrides=[Override(finding="PW204", reason="known")])
    assert make_pipeline(table, "y", "binary", settings=settings).source == "rules"


def test_planning_imports_nothing_heavy():
    code = (
        "import sys, pipeweave_dagster.core.pipelines, pipeweave_dagster.core.training\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'scipy', 'pyarrow', 'xgboost', 'mlflow'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("given", [{"costs": {"false_negative": 5.0}}, {"positive": "yes"}])
@pytest.mark.parametrize(("target", "task"), [("town", "multiclass"), ("age", "regression")])
def test_settings_of_two_classes_are_refused_for_other_targets(table, given, target, task):
    settings = DatasetSettings.model_validate(given)
    with pytest.raises(PipeWeaveError, match="two classes only") as caught:
        make_pipeline(table, target, task, settings=settings)
    assert f"`{next(iter(given))}` is set" in caught.value.text
    assert ("4 classes" if task == "multiclass" else "a number") in caught.value.text


def test_a_table_of_which_the_user_drops_every_feature_says_so(table):
    columns = {name: {"drop": True} for name in table.columns if name != "y"}
    settings = DatasetSettings.model_validate({"columns": columns})
    with pytest.raises(PipeWeaveError) as caught:
        make_pipeline(table, "y", "binary", settings=settings)
    assert "age (dropped in the settings)" in caught.value.text
    assert "Remove `drop: true`" in caught.value.text
    assert "categorical" not in caught.value.text


@pytest.mark.parametrize("name", ["town", "Town", " TOWN "])
def test_all_settings_of_a_column_apply_however_its_name_is_spelled(table, name):
    columns = {name: {"missing": ["a"], "merge_spellings": True}, "absent": {}}
    settings = DatasetSettings.model_validate({"columns": columns, "sensitive": [name]})
    spec = make_pipeline(table, "y", "binary", settings=settings)
    assert spec.steps[0].params == {"missing": {"town": ["a"]}, "merge_spellings": ["town"]}
    assert spec.sensitive == ["town"]


def test_a_measured_gap_decides_the_split(table):
    gap = {
        "kind": "time", "column": "since", "metric": "roc_auc", "random": 0.9, "honest": 0.7,
        "gap": 0.2, "low": 0.1, "high": 0.3, "rows": 40, "significant": True,
    }  # fmt: skip

    def split(*, used):
        finding = Finding(
            code="PW603", title="", group="rows", state="fixed", columns=["since"], message="",
            evidence={**gap, "used": used},
        )  # fmt: skip
        spec = make_pipeline(table, "y", "binary", findings=[finding])
        assert [g.column for g in spec.structure] == ["since"]
        return spec.split

    assert (split(used=True).kind, split(used=True).column) == ("time", "since")
    assert "gap 0.2" in split(used=True).reason
    assert split(used=False).kind == "hash"


@pytest.mark.parametrize(("rows", "folds"), [(1_999, 8), (2_000, 5)])
def test_few_rows_are_divided_into_more_folds(rows, folds):
    frame = pd.DataFrame({"x": np.arange(rows) * 1.0, "y": np.arange(rows) % 7 * 1.0})
    assert make_pipeline(frame, "y", "regression").split.folds == folds
