"""Every step of the catalogue: there and back, unseen data, empty columns, one row, safe files."""

import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from pipeweave_dagster.core.documents import PipelineSpec, SplitSpec, Step
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.model.bundle_file import load_bundle, save_bundle
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.builder import Builder
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.diagram import describe, mermaid_diagram, svg_diagram
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.pipelines.preview import preview
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster.core.training.data.group_means import with_group_means
from pipeweave_dagster_tests.factories import make_schema, write_parquet

pytestmark = pytest.mark.slow  # the file with all its variants

ROWS = 48
RNG = np.random.default_rng(5)
NUMBERS = np.append(RNG.lognormal(size=ROWS - 2), [1e6, np.nan])
NAMES = np.array([f"c{i}" for i in RNG.integers(0, 30, ROWS - 1)] + [None], dtype=object)
WORDS = np.array([f"{a} and b!" for a in NAMES[:-1]] + [None], dtype=object)
DATES = pd.date_range("2020-02-28 07:00", periods=ROWS, freq="31h").to_series().to_numpy()
CODES = np.array([["S", "M", "L"][i % 3] for i in range(ROWS - 1)] + [None], dtype=object)
FLAGS = np.array([True, False] * (ROWS // 2 - 1) + [True, None], dtype=object)
EXAMPLES = {
    "numeric": (NUMBERS, -3e8, {}),
    "clip": (NUMBERS, -3e8, {"lower": 0.05, "upper": 0.9}),
    "log": (NUMBERS, -3e8, {}),
    "bin": (NUMBERS, -3e8, {"bins": 4}),
    "boolean": (FLAGS, True, {}),
    "ordinal": (CODES, "XXL", {"order": {"x": ["S", "M", "L"], "other": ["S", "M", "L"]}}),
    "categorical": (NAMES, "never seen", {"max_native": 10}),
    "hash": (NAMES, "never seen", {"width": 8}),
    "date_parts": (DATES, pd.Timestamp("2199-12-31"), {}),
    "text": (WORDS, "words never seen", {"dimensions": 3, "counts": True}),
    "derived": (NUMBERS, -3e8, {"features": [{"operator": "product", "columns": ["x", "other"]}]}),
}
VIEWS = ("linear", "curves", "plain", "tree", "crossed", "grouped")


def spec_of(use):
    """Two columns in the step, with a third beside it that always varies."""
    builder = Builder("y", "binary", positive="1").step("numeric", "beside", name="alone")
    params = EXAMPLES[use][2]
    if use == "derived":
        return builder.step("numeric", "x", "other", name="pair").step(
            use, "x", "other", **params
        ).build()  # fmt: skip
    return builder.step(use, "x", "other", **params).build()


def table_of(use):
    values = EXAMPLES[use][0]
    return pd.DataFrame({"x": values, "other": values[::-1], "beside": np.arange(ROWS) * 1.0})


def dense(x):
    """As an array; the many columns of texts projected, so that they can be compared soon."""
    if sparse.issparse(x) and x.shape[1] > 1000:
        return x @ np.random.default_rng(0).normal(size=(x.shape[1], 8))
    return np.asarray(x.toarray() if sparse.issparse(x) else x, dtype=float)


def fitted(use, view, table):
    """The frame, and the fitted transformer that follows it; warnings as training has them."""
    spec = spec_of(use)
    frame = with_group_means(feature_frame(spec), table)
    features = prepare(table, frame)
    columns = transformer(layout(spec, features), view, "binary", seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        columns.fit(features, np.arange(len(table)) % 2)
    return frame, columns


def test_no_step_of_the_catalogue_is_left_out():
    known = {name for name, step in CATALOGUE.items() if step.kind in ("preprocess", "feature")}
    assert set(EXAMPLES) == known


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("use", EXAMPLES)
def test_its_output_is_repeatable_and_row_by_row(use, view):
    table = table_of(use)
    frame, columns = fitted(use, view, table)
    made = dense(columns.transform(prepare(table, frame)))
    assert made.shape[0] == ROWS
    assert np.unique(made, axis=0).shape[0] > 1
    again = dense(fitted(use, view, table)[1].transform(prepare(table, frame)))
    np.testing.assert_array_equal(made, again)
    for row in (0, ROWS - 1):
        one = dense(columns.transform(prepare(table.iloc[[row]], frame)))
        np.testing.assert_allclose(one, made[[row]], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("view", ["linear", "tree"])
@pytest.mark.parametrize("use", EXAMPLES)
def test_unseen_and_missing_values_are_accepted(use, view):
    table = table_of(use)
    frame, columns = fitted(use, view, table)
    width = dense(columns.transform(prepare(table, frame))).shape[1]
    unseen = EXAMPLES[use][1]
    strange = table.head(3).assign(x=unseen, other=unseen)
    nothing = table.head(3).assign(x=None, other=None)
    for rows in (strange, nothing, nothing.head(1), table[["beside"]].head(2)):
        made = dense(columns.transform(prepare(rows, frame)))
        assert made.shape == (len(rows), width)
        assert not np.isinf(made).any()
        assert view not in ("linear", "curves") or np.isfinite(made).all()


@pytest.mark.parametrize("view", ["linear", "tree"])
@pytest.mark.parametrize("use", EXAMPLES)
def test_an_empty_column_is_accepted(use, view):
    """`x` has values in other folds, so it is no constant of the table, and none here."""
    table = table_of(use)
    spec = spec_of(use)
    frame = with_group_means(feature_frame(spec), table)
    features = prepare(table, frame)
    part = prepare(table.assign(x=None), frame)
    columns = transformer(layout(spec, features), view, "binary", seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learned = dense(columns.fit_transform(part, np.arange(ROWS) % 2))
        answers = dense(columns.transform(features))
    assert learned.shape == answers.shape
    assert not np.isinf(answers).any()


@pytest.mark.parametrize("view", ["linear", "tree"])
@pytest.mark.parametrize("use", EXAMPLES)
def test_it_comes_back_from_a_model_file_without_pickle(use, view, tmp_path):
    table = table_of(use)
    frame, columns = fitted(use, view, table)
    features = prepare(table, frame)
    before = dense(columns.transform(features))
    member = {"pipeline": make_pipeline(columns, MaxAbsScaler()), "classes": [0, 1], "weight": 1.0}
    file = tmp_path / "model.skops"
    save_bundle({"frame": frame, "members": [member]}, file)
    assert not [
        n for n in zipfile.ZipFile(file).namelist() if not n.endswith((".json", ".npy", ".npz"))
    ]
    back = load_bundle(file)["members"][0]["pipeline"][0]
    np.testing.assert_array_equal(dense(back.transform(features)), before)


@pytest.mark.parametrize("use", EXAMPLES)
def test_it_can_be_previewed_drawn_and_described(use, tmp_path):
    spec = spec_of(use)
    data = write_parquet(table_of(use).assign(y=[0, 1] * (ROWS // 2)), tmp_path)
    name = [step.name for step in spec.steps if step.use == use][-1]
    found = preview(spec, data, name)
    assert found["rows"] == ROWS
    assert found["columns"]
    assert f"{use}: 2 columns" in svg_diagram(spec)
    assert name in mermaid_diagram(spec)
    assert use == "derived" or f"2 as {spec.steps[2].name}" in describe(spec)


def own(use, **params):
    steps = [
        Step(name="read", kind="extract", use="table", columns=["x", "y"]),
        Step(name="it", kind="preprocess", use=use, columns=["x"], after=["read"], params=params),
        Step(name="model", kind="train", use="search", after=["it"]),
        Step(name="score", kind="predict", use="predict", after=["model"]),
    ]
    return PipelineSpec(
        source="settings", target="y", task="regression", metric="rmse", features=["x"],
        steps=steps, split=SplitSpec(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("use", "params", "path"),
    [
        ("clip", {"lower": 0.9, "upper": 0.1}, "steps.1.params"),
        ("clip", {"lower": 0.99}, "steps.1.params"),
        ("clip", {"upper": 1.5}, "steps.1.params.upper"),
        ("bin", {"bins": 1}, "steps.1.params.bins"),
        ("bin", {"strategy": "deciles"}, "steps.1.params.strategy"),
        ("hash", {"width": 1}, "steps.1.params.width"),
        ("hash", {"width": 10**6}, "steps.1.params.width"),
        ("log", {"base": 10}, "steps.1.params.base"),
        ("clip", {"lower": "low"}, "steps.1.params.lower"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(use, params, path):
    assert validate(own(use)) == []
    (problem,) = validate(own(use, **params))
    assert problem.path == path
    assert problem.fix


def test_outliers_are_clipped_to_quantiles_of_the_training_rows():
    table = table_of("clip")
    frame, columns = fitted("clip", "tree", table)
    low, high = np.nanquantile(NUMBERS, [0.05, 0.9])
    made = dense(columns.transform(prepare(table.assign(x=-1e9).assign(other=1e9), frame)))
    np.testing.assert_allclose(made[0, 1:], [low, high])
    assert np.isnan(dense(columns.transform(prepare(table, frame)))[-1, 1])


def test_bins_are_ranks_for_trees_and_flags_for_linear_models_with_a_missing_indicator():
    table = table_of("bin")
    frame, trees = fitted("bin", "tree", table)
    ranks = dense(trees.transform(prepare(table, frame)))
    assert set(ranks[:, 1]) == {0.0, 1.0, 2.0, 3.0}
    assert ranks[:, 2].tolist() == [0.0] * (ROWS - 1) + [1.0]
    frame, lines = fitted("bin", "linear", table)
    assert dense(lines.transform(prepare(table, frame))).shape[1] == 1 + 2 * (4 + 1)


def test_a_hash_has_the_configured_width_for_any_input():
    frame, columns = fitted("hash", "tree", table_of("hash"))
    seen = dense(columns.transform(prepare(table_of("hash"), frame)))
    assert seen.shape == (ROWS, 1 + 2 * 8)
    assert (np.abs(seen[:, 1:9]).sum(axis=1) == 1).all()
    assert len(np.unique(seen[:, 1:9], axis=0)) > 8


def test_levels_and_placeholders_that_yaml_reads_as_numbers_match():
    """An unquoted `[1, 2, 3]` or `-200` had matched nothing, and every level was missing."""
    read = {"missing": {"co": [-200]}}
    spec = Builder("y", "regression", read=read).step("numeric", "co").step(
        "ordinal", "rank", order={"rank": [1, 2, 3.5]}
    ).build()  # fmt: skip
    table = pd.DataFrame({"co": [-200.0, 4.0, 5.0], "rank": [1, 3.5, 2]})
    made = prepare(table, feature_frame(spec))
    assert made["rank"].tolist() == [0.0, 2.0, 1.0]
    assert made["co"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (own("ordinal", order={"x": [["S"], "L"]}), "steps.1.params.order.x"),
        (
            Builder("y", "regression", read={"missing": {"x": [{"a": 1}]}}).step("log", "x"),
            "steps.0.params.missing.x",
        ),
    ],
)
def test_values_that_no_cell_can_have_are_refused(spec, path):
    if isinstance(spec, Builder):
        with pytest.raises(PipeWeaveError, match="neither text nor a number"):
            spec.build()
    else:
        (problem,) = validate(spec)
        assert (problem.code, problem.path) == ("PIP309", path)


@pytest.mark.parametrize("use", ["numeric", "boolean", "clip", "log", "bin"])
def test_categories_are_not_numbers(use):
    """`male` and `female` had become missing, all of them, and the column was left out unsaid."""
    known = make_schema(pd.DataFrame({"x": ["male", "female"]}), "x", "binary").columns[0]
    (problem,) = validate(own(use), known={"x": known})
    assert (problem.code, problem.fix) == ("PIP308", "Put it into a step with `use: categorical`.")
    number = known.model_copy(update={"type": "embedded_number"})
    assert use == "boolean" or validate(own(use), known={"x": number}) == []
