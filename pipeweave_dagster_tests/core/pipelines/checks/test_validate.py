"""Broken pipelines are refused before anything is computed, with code, path and fix."""

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Step
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.builder import Builder
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.handwritten import apply_settings
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster_tests.factories import make_pipeline

COLUMNS = ["a", "b", "when", "y"]


@pytest.fixture
def spec():
    table = pd.DataFrame(
        {
            "a": [1.0, 2.0] * 5,
            "b": ["u", "v"] * 5,
            "when": pd.date_range("2020-01-01", periods=10),
            "y": [0, 1] * 5,
        }
    )
    return make_pipeline(table, "y", "binary")


def broken(spec, **update):
    return validate(spec.model_copy(update=update), COLUMNS)


def with_step(spec, name, **update):
    steps = [s.model_copy(update=update) if s.name == name else s for s in spec.steps]
    return {"steps": steps}


def codes(problems):
    return {problem.code for problem in problems}


def test_a_good_pipeline_has_no_problem(spec):
    assert validate(spec, COLUMNS) == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("PIP101", lambda s: {"features": [*s.features, "y"]}),
        (
            "PIP102",
            lambda s: {"split": s.split.model_copy(update={"kind": "group", "column": "b"})},
        ),
        ("PIP103", lambda s: {"weight": "a"}),
        ("PIP104", lambda s: {"split": s.split.model_copy(update={"kind": "time"})}),
        ("PIP105", lambda s: {"split": s.split.model_copy(update={"test_share": 1.0})}),
        ("PIP105", lambda s: {"split": s.split.model_copy(update={"folds": 1})}),
        ("PIP106", lambda s: {"features": [*s.features, "c"]}),
        ("PIP201", lambda s: {"steps": [*s.steps, s.steps[1]]}),
        ("PIP202", lambda s: {"steps": [t for t in s.steps if t.kind != "train"]}),
        (
            "PIP202",
            lambda s: {"steps": [*s.steps, Step(name="second", kind="train", use="search")]},
        ),
        ("PIP301", lambda s: with_step(s, "numbers", use="numerik")),
        ("PIP302", lambda s: with_step(s, "numbers", kind="feature")),
        ("PIP303", lambda s: with_step(s, "numbers", columns=[])),
        ("PIP304", lambda s: with_step(s, "numbers", columns=["a", "z"])),
        ("PIP305", lambda s: with_step(s, "numbers", params={"imput": "median"})),
        ("PIP306", lambda s: with_step(s, "numbers", params={"impute": 3})),
        ("PIP307", lambda s: with_step(s, "model", params={"families": ["forrest"]})),
        ("PIP307", lambda s: with_step(s, "numbers", params={"impute": "median of all"})),
        ("PIP307", lambda s: with_step(s, "dates", params={"parts": ["century"]})),
        ("PIP401", lambda s: with_step(s, "model", after=["nubmers"])),
        ("PIP402", lambda s: with_step(s, "numbers", after=["model"])),
        ("PIP403", lambda s: with_step(s, "numbers", after=["categories"])),
        ("PIP501", lambda s: with_step(s, "numbers", columns=["a", "b"])),
        ("PIP502", lambda s: {"features": []}),
    ],
)
def test_each_kind_of_mistake_has_its_code(spec, code, change):
    update = change(spec)
    if code == "PIP403":
        loop = spec.model_copy(update=update)
        update = with_step(loop, "categories", after=["numbers"])
    found = broken(spec, **update)
    assert code in codes(found)
    named = next(p for p in found if p.code == code)
    assert named.path
    assert named.fix


def test_the_nearest_name_is_offered(spec):
    problem = broken(spec, **with_step(spec, "numbers", use="numerik"))[0]
    assert "'numeric'" in problem.fix


@pytest.mark.parametrize(
    ("moved", "wanted"),
    [({"b": "numbers"}, "text"), ({"when": "numbers"}, "date_parts"), ({"a": "dates"}, "numeric")],
)
def test_a_step_that_cannot_read_a_column_is_a_problem(moved, wanted):
    table = pd.DataFrame(
        {"a": [1.0, 2.0] * 5, "b": [f"words {i}" for i in range(10)], "c": ["u", "v"] * 5,
         "when": pd.date_range("2020-01-01", periods=10), "e": range(10), "y": [0, 1] * 5}
    )  # fmt: skip
    spec = make_pipeline(table, "y", "binary", types={"b": "text"})
    ((column, there),) = moved.items()
    steps = [s.model_dump() for s in spec.steps]
    for step in steps:
        if step["kind"] in ("preprocess", "feature"):
            step["columns"] = [c for c in step["columns"] if c != column]
            step["columns"] += [column] * (step["name"] == there)
    names = [s["name"] for s in steps if s["columns"] or s["kind"] in ("train", "predict")]
    kept = [{**s, "after": [a for a in s["after"] if a in names]} for s in steps
            if s["name"] in names]  # fmt: skip
    settings = DatasetSettings(pipeline={"steps": kept})
    with pytest.raises(PipeWeaveError, match=rf"PIP308 at .*`{column}`.*`use: {wanted}`") as error:
        make_pipeline(table, "y", "binary", types={"b": "text"}, settings=settings)
    assert [text[:6] for text in error.value.details["problems"]] == ["PIP308"]


def test_two_steps_of_one_type_agree_in_what_holds_for_all_their_columns():
    made = (
        Builder("y", "binary")
        .step("text", "note", name="notes", counts=True)
        .step("text", "title", name="titles")
        .step("categorical", "b", name="few", max_native=20)
        .step("categorical", "c", name="many", max_native=20)
        .step("numeric", "a", impute="mean")
    )
    rows = pd.DataFrame(
        {"note": [f"word {i}" for i in range(80)], "title": [f"name {i}" for i in range(80)],
         "b": ["u", "v"] * 40, "c": ["s", "t"] * 40, "a": range(80)}
    )  # fmt: skip
    spec = made.build()
    found = layout(spec, prepare(rows, feature_frame(spec)))
    assert (found.texts, found.few) == (("note", "title"), ("b", "c"))
    with pytest.raises(PipeWeaveError, match=r"PIP310 at steps\.6\.params\.impute.*`impute: mean`"):
        made.step("numeric", "d", name="others", impute="median").build()
    with pytest.raises(PipeWeaveError, match=r"PIP310.*`max_native`"):
        made.step("categorical", "d", name="others").build()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"stpes": []}, r"PIP001 at pipeline\.stpes: .*Did you mean 'steps'"),
        ({"metric": "f2"}, r"PIP001 at pipeline\.metric: .*'roc_auc'.*Replace the value `f2`"),
        ({"steps": [{"name": "x", "kind": "magic", "use": "table"}]}, r"pipeline\.steps\.0\.kind"),
        ({"split": {"foldz": 3}}, r"pipeline\.split\.foldz: .*Did you mean 'folds'"),
        ({"steps": [{"kind": "train", "use": "search"}]}, r"steps\.0\.name: .*Add `name`"),
    ],
)
def test_what_cannot_be_read_has_a_code_a_path_and_a_fix_too(spec, given, expected):
    with pytest.raises(PipeWeaveError, match=expected) as error:
        apply_settings(spec, DatasetSettings(pipeline=given), COLUMNS)
    assert all(p.startswith("PIP001 at ") for p in error.value.details["problems"])


def test_a_column_added_in_the_settings_is_not_listed_as_dropped(spec):
    left = spec.model_copy(update={"dropped": {"a": "holds one value only", "z": "identifies"}})
    own = DatasetSettings(pipeline={"features": spec.features})
    assert apply_settings(left, own, COLUMNS).dropped == {"z": "identifies"}


def test_a_long_chain_is_no_cycle(spec):
    steps = [
        Step(name=f"s{i}", kind="preprocess", use="numeric", after=[f"s{i - 1}"] if i else [])
        for i in range(2_000)
    ]
    assert "PIP403" not in codes(broken(spec, steps=steps))
