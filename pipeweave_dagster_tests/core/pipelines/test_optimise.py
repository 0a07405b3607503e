"""Fewer steps, and for every model the very same inputs on the very same rows."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.pipelines.builder import Builder
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.optimise import optimised
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster_tests.factories import make_schema, write_parquet

pytestmark = pytest.mark.slow  # the file with all its variants

ROWS = 120


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.lognormal(size=(ROWS, 4)), columns=["a", "b", "c", "d"])
    frame.loc[::9, "b"] = np.nan
    frame["k"], frame["m"] = rng.choice(list("uvw"), ROWS), rng.choice(list("xyz"), ROWS)
    frame["note"] = [f"some {a} words {i % 7}" for i, a in enumerate(frame["k"])]
    frame["memo"] = [f"other {a} words {i % 5}" for i, a in enumerate(frame["m"])]
    frame["same"], frame["void"], frame["one"] = 3.0, None, "always"
    frame["since"] = pd.date_range("2020-01-01", periods=ROWS, freq="D")
    frame["until"] = pd.date_range("2021-01-01", periods=ROWS, freq="7h")
    frame["y"] = frame["a"] + (frame["k"] == "u") + rng.normal(size=ROWS)
    return frame


def builder():
    return Builder("y", "regression")


def features(*pairs):
    return [{"operator": operator, "columns": list(columns)} for operator, columns in pairs]


PIPELINES = {
    # name: the pipeline, and how many steps are saved
    "passes of one kind": (
        builder().step("numeric", "a", name="one").step("numeric", "b", name="two")
        .step("categorical", "k", name="three").step("categorical", "m", name="four"), 2,
    ),
    "columns that hold one value": (
        builder().step("numeric", "a", "b").step("boolean", "same", name="flags")
        .step("categorical", "one", name="names").step("text", "note", counts=True), 2,
    ),
    "steps of a person's own choice": (
        builder().step("clip", "a", upper=0.9, name="tame").step("clip", "b", upper=0.9)
        .step("hash", "k", name="h1").step("bin", "c", bins=4), 1,
    ),
    "texts and dates": (
        builder().step("text", "note", counts=True, name="t1").step("text", "memo", counts=True)
        .step("date_parts", "since", parts=["epoch"], name="d1")
        .step("date_parts", "until", parts=["epoch"]), 2,
    ),
    "what is made of columns": (
        builder().step("numeric", "a", "b", "c")
        .step("derived", "a", "b", "c", name="i1", features=features(("ratio", "ab")))
        .step("derived", "b", "c", name="i2", features=features(("sum", "bc"))), 1,
    ),
}  # fmt: skip


def inputs(spec: PipelineSpec, data):
    """Everything that a fit on the training rows can see, in every view, and the division."""
    job = make_training_set(spec, read_table(spec, data), seed=0)
    seen = [job.split.test, job.split.train, job.split.fold]
    for view in ("linear", "curves", "plain", "tree", "crossed"):
        columns = transformer(job.problem.columns, view, "regression", seed=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            made = columns.fit_transform(job.problem.features, job.problem.y)
        seen.append(made.toarray() if sparse.issparse(made) else np.asarray(made))
        seen.append(np.array(job.problem.columns.native(view)))
    return seen


@pytest.mark.parametrize("case", PIPELINES)
def test_fewer_steps_show_models_the_same_rows_and_inputs(case, table, tmp_path):
    made, saved = PIPELINES[case]
    spec = made.build()
    known = {c.name: c for c in make_schema(table, "y", "regression").columns}
    better, notes = optimised(spec, known)
    assert (len(spec.steps) - len(better.steps), len(notes) > 0) == (saved, True)
    assert validate(better, list(table.columns)) == []
    data = write_parquet(table, tmp_path)
    for before, after in zip(inputs(spec, data), inputs(better, data), strict=True):
        np.testing.assert_array_equal(before, after)
    assert optimised(better, known) == (better, [])


def test_steps_are_not_merged_over_one_that_fills_the_same_inputs():
    spec = (
        builder().step("numeric", "a", name="one").step("boolean", "flag")
        .step("numeric", "b", name="two").build()
    )  # fmt: skip
    assert optimised(spec) == (spec, [])


def test_what_differs_in_one_parameter_stays():
    spec = builder().step("clip", "a", upper=0.9, name="x").step("clip", "b", upper=0.8).build()
    assert optimised(spec) == (spec, [])


def test_a_pruned_column_has_its_note_and_a_derived_step_names_what_it_needs(table):
    known = {c.name: c for c in make_schema(table, "y", "regression").columns}
    better, notes = optimised(PIPELINES["columns that hold one value"][0].build(), known)
    assert better.features == ["a", "b", "note"]
    assert better.dropped == dict.fromkeys(["same", "one"], "has a single value")
    assert better.split.hashed_as == {"same": "numeric", "one": "categorical"}
    assert any("`flags` has no columns left" in line for line in notes)
    better, notes = optimised(PIPELINES["what is made of columns"][0].build(), known)
    assert "`i1` does not use c: pruned there." in notes
    (ideas,) = [step for step in better.steps if step.use == "derived"]
    assert len(ideas.params["features"]) == 2
