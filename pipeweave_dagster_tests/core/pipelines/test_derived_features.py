"""New features from the closed menu: computed as told, refused if not of it, kept in place."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.derived_features import (
    DerivedFeature,
    derived_in,
    uses_of,
    with_derived,
)
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.operators import OPERATORS
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster.core.training.data.group_means import with_group_means
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster_tests.factories import make_pipeline, make_schema, write_parquet


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    a, b = rng.integers(0, 9, 200).astype(float), rng.integers(0, 4, 200).astype(float)
    return pd.DataFrame(
        {
            "a": a,
            "b": b,
            "g": rng.choice(["x", "y", "z"], 200),
            "h": rng.choice(["p", "q"], 200),
            "first": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, 200), "D"),
            "last": pd.Timestamp("2024-06-01") + pd.to_timedelta(rng.integers(0, 99, 200), "D"),
            "y": rng.normal(size=200) + a,
        }
    )


def ideas(*pairs):
    return [DerivedFeature(operator=o, columns=list(c)) for o, *c in pairs]


ALL = ideas(
    ("ratio", "a", "b"), ("difference", "a", "b"), ("product", "a", "b"), ("sum", "a", "b"),
    ("days_between", "last", "first"), ("cross", "g", "h"),
    ("group_mean", "a", "g"), ("group_difference", "a", "g"),
)  # fmt: skip


def test_every_operator_computes_what_the_menu_says(frame):
    spec = with_derived(make_pipeline(frame, "y", "regression"), ALL)
    assert {f.operator for f in derived_in(spec)} == set(OPERATORS)
    made = prepare(frame, with_group_means(feature_frame(spec), frame))
    zero = frame["b"] == 0
    assert zero.any()
    assert made["ratio(a, b)"].isna().equals(zero)
    np.testing.assert_allclose(made["ratio(a, b)"][~zero], (frame["a"] / frame["b"])[~zero])
    np.testing.assert_allclose(made["difference(a, b)"], frame["a"] - frame["b"])
    np.testing.assert_allclose(made["product(a, b)"], frame["a"] * frame["b"])
    days = (frame["last"] - frame["first"]).dt.days
    np.testing.assert_allclose(made["days_between(last, first)"], days)
    assert set(made["cross(g, h)"]) == {f"{g} | {h}" for g in "xyz" for h in "pq"}
    counts = frame.groupby("g")["a"].count()
    shrunk = (frame.groupby("g")["a"].sum() + 10 * frame["a"].mean()) / (counts + 10)
    np.testing.assert_allclose(made["group_mean(a, g)"], frame["g"].map(shrunk))
    np.testing.assert_allclose(made["group_difference(a, g)"], frame["a"] - frame["g"].map(shrunk))


def test_absent_and_unseen_values_are_missing_or_the_overall_mean(frame):
    spec = with_derived(make_pipeline(frame, "y", "regression"), ALL)
    plan = with_group_means(feature_frame(spec), frame)
    rows = pd.DataFrame({"a": [4.0, None], "g": ["never seen", None]})
    made = prepare(rows, plan)
    assert made["group_mean(a, g)"].tolist() == pytest.approx([frame["a"].mean()] * 2)
    assert made["ratio(a, b)"].isna().all()
    assert made["cross(g, h)"].isna().all()
    assert made["days_between(last, first)"].isna().all()


def test_the_pipeline_stays_valid_and_reads_back(frame):
    spec = make_pipeline(frame, "y", "regression")
    more = with_derived(spec, ALL)
    assert not validate(more, list(frame.columns))
    assert derived_in(more) == ALL
    assert with_derived(more, []) == spec


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"operator": "exec", "columns": ["a", "b"]}, "no operator"),
        ({"operator": "ratio", "columns": ["a"]}, "1 column"),
        ({"operator": "ratio", "columns": ["a", "a"]}, "twice"),
        ({"operator": "ratio", "columns": ["a", "g"]}, "not a number"),
        ({"operator": "ratio", "columns": ["a", "y"]}, "not among the step's columns"),
        ({"operator": "cross", "columns": ["a", "b"]}, "not a category"),
        ({"operator": "ratio", "columns": ["a", "b"], "code": "1"}, "not a derived feature"),
        ({"operator": "product", "columns": ["b", "a"]}, "twice"),
        ("ratio(a, b)", "not a derived feature"),
    ],
)
def test_what_is_not_in_the_menu_is_a_problem_with_its_path(frame, entry, words):
    spec = with_derived(make_pipeline(frame, "y", "regression"), ideas(("product", "a", "b")))
    at = next(i for i, s in enumerate(spec.steps) if s.use == "derived")
    entries = [*spec.steps[at].params["features"], entry]
    step = spec.steps[at].model_copy(
        update={"params": {"features": entries}, "columns": ["a", "b", "g"]}
    )
    broken = spec.model_copy(update={"steps": [*spec.steps[:at], step, *spec.steps[at + 1 :]]})
    found = validate(broken, list(frame.columns))
    assert [p.code for p in found] == ["PIP601"] * len(found)
    assert any(words in p.message for p in found)
    assert all(p.path == f"steps.{at}.params.features.1" for p in found)


def test_rows_keep_their_side_when_features_are_derived(frame, tmp_path):
    spec = make_pipeline(frame, "y", "regression")
    table = read_table(spec, write_parquet(frame, tmp_path))
    plain, more = (
        make_training_set(spec, table, 0),
        make_training_set(with_derived(spec, ALL), table, 0),
    )
    assert plain.split.test.tolist() == more.split.test.tolist()
    assert more.features.shape[1] == plain.features.shape[1] + len(ALL)
    means = next(e["means"] for e in more.frame if e["name"] == "group_mean(a, g)")
    train = table.raw.iloc[more.split.train]
    overall = train["a"].mean()
    x = train[train["g"] == "x"]["a"]
    assert means["x"] == pytest.approx((x.sum() + 10 * overall) / (len(x) + 10))


def test_a_column_handled_by_another_step_moves_no_row(frame, tmp_path):
    spec = make_pipeline(frame, "y", "regression")
    schema = make_schema(frame, "y", "regression")
    other = regrouped(spec, schema, {"b": "categorical"})
    assert uses_of(other)["b"] == "categorical"
    assert not validate(other, list(frame.columns))
    table = read_table(spec, write_parquet(frame, tmp_path))
    before, after = make_training_set(spec, table, 0), make_training_set(other, table, 0)
    assert before.split.test.tolist() == after.split.test.tolist()
    assert before.split.fold.tolist() == after.split.fold.tolist()
    assert after.features["b"].dtype.kind != "f"
    forgetful = other.model_copy(update={"split": other.split.model_copy(update={"hashed_as": {}})})
    assert make_training_set(forgetful, table, 0).split.test.tolist() != before.split.test.tolist()


def test_an_invalid_hashed_as_is_a_problem(frame):
    spec = make_pipeline(frame, "y", "regression")
    split = spec.split.model_copy(update={"hashed_as": {"b": "date_parts", "none": "text"}})
    found = validate(spec.model_copy(update={"split": split}), list(frame.columns))
    assert [p.code for p in found] == ["PIP107", "PIP107"]


def test_value_corrections_apply_to_groups_and_to_the_split(frame, tmp_path):
    frame["g"] = np.where(np.arange(200) % 2, frame["g"], frame["g"].str.upper())
    spec = make_pipeline(frame, "y", "regression")
    read = spec.steps[0].model_copy(update={"params": {"merge_spellings": ["g"]}})
    merged = spec.model_copy(update={"steps": [read, *spec.steps[1:]]})
    table = read_table(merged, write_parquet(frame, tmp_path))
    job = make_training_set(with_derived(merged, ideas(("group_mean", "a", "g"))), table, 0)
    means = next(e["means"] for e in job.frame if e["use"] == "derived")
    assert set(means) == {"x", "y", "z"}
    schema = make_schema(frame, "y", "regression")
    other = make_training_set(regrouped(merged, schema, {"g": "text"}), table, 0)
    assert other.split.test.tolist() == job.split.test.tolist()
