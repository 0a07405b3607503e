"""A column with a monotone constraint moves predictions one way only, in every model."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings
from pipeweave_dagster.core.evaluation.audit.canary import run_canary
from pipeweave_dagster.core.families import FAMILIES, Rows, monotone_families
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines import difference
from pipeweave_dagster.core.pipelines.builder import Builder
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, with_derived
from pipeweave_dagster.core.pipelines.diagram import describe
from pipeweave_dagster.core.pipelines.feature_frame import feature_frame
from pipeweave_dagster.core.pipelines.layout import layout
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.monotone_constraints import directions
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.search.portfolio import portfolio
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet

pytestmark = pytest.mark.slow

GRID = np.linspace(-3, 3, 40)


def table(rows=300):
    """`y` rises with `dose`, but for a dent; falls with `age`; and depends on `kind`."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.uniform(-3, 3, size=(rows, 2)), columns=["dose", "age"])
    frame["kind"] = rng.choice(["a", "b", "c"], rows)
    dent = 2.5 * np.exp(-(((frame["dose"] - 1) / 0.5) ** 2))
    noise = rng.normal(size=rows)
    frame["y"] = frame["dose"] - dent - 0.7 * frame["age"] + (frame["kind"] == "a") + noise
    return frame


def spec_of(task="regression", **held):
    builder = Builder("y", task, positive="high" if task == "binary" else None)
    spec = builder.step("clip", "dose").step("numeric", "age").step("categorical", "kind")
    return spec.divide(folds=3).build().model_copy(update={"monotone": held})


def violations(bundle, frame, column):
    """How far answers move against the rise of a column, at most, over a grid for each row."""
    grid = pd.DataFrame(frame.loc[frame.index.repeat(len(GRID))]).assign(
        **{column: np.tile(GRID, len(frame))}
    )
    scores = raw_scores(bundle, grid)
    scores = scores if scores.ndim == 1 else scores[:, 1]
    moved = np.diff(scores.reshape(len(frame), len(GRID)), axis=1)
    return max(0.0, -float(moved.min())), max(0.0, float(moved.max()))


@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.parametrize("family", monotone_families())
def test_each_supporting_family_keeps_the_order(family, classes):
    frame = table()
    x = np.column_stack([pd.factorize(frame["kind"], sort=True)[0], frame[["age", "dose"]]])
    y = (frame["y"] > 0).to_numpy(float) if classes else frame["y"].to_numpy()
    rows = Rows("binary" if classes else "regression", x.astype(float), y, classes=classes,
                native=[0], rounds=60, threads=1)  # fmt: skip
    grid = np.column_stack([np.full(200, 1.0), np.full(200, 0.3), np.linspace(-3, 3, 200)])
    found = []
    for monotone in ([], [0, -1, 1]):
        fit = FAMILIES[family].fit(
            Rows(**{**vars(rows), "monotone": monotone}), {}, time.monotonic() + 60
        )
        model = fit.estimator
        out = model.predict_proba(grid)[:, 1] if classes else model.predict(grid)
        found.append(np.diff(out).min())
    assert found[0] < -1e-3
    assert found[1] >= -1e-9


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_the_whole_model_is_monotone_and_notes_it(task, tmp_path):
    frame = table()
    if task == "binary":
        frame["y"] = np.where(frame["y"] > 0, "high", "low")
    spec = spec_of(task, dose="increasing", age="decreasing")
    next(s for s in spec.steps if s.kind == "train").params.update(
        families=["linear", "lightgbm", "xgboost", "hist_gradient_boosting"], variants=False
    )
    data, out = write_parquet(frame, tmp_path), tmp_path / "out"
    out.mkdir()
    found = train(spec=spec, data=data, out=out, budget_s=60, started_at=time.monotonic())
    assert {m.family for m in found.recipe} <= {*monotone_families()}
    assert found.stack is None
    (note,) = [n for n in found.notes if n.startswith("Monotone constraints")]
    assert "dose (increasing), age (decreasing)" in note
    assert "Families without support, left out: linear." in note
    assert ("`high`" in note) == (task == "binary")
    bundle = load_bundle(out / found.model.name)
    falls, rises = violations(bundle, frame.head(30), "dose")
    assert falls <= 1e-9 < rises
    falls, rises = violations(bundle, frame.head(30), "age")
    assert rises <= 1e-9 < falls


def test_directions_follow_the_columns_through_every_view():
    frame = table()
    frame["level"] = frame["dose"].round()
    frame["size"] = np.where(frame["age"] > 0, "S", "L")
    spec = (
        Builder("y", "regression").step("bin", "level").step("log", "dose", "age")
        .step("categorical", "kind").step("ordinal", "size", order={"size": ["S", "L"]}).build()
    )  # fmt: skip
    features = prepare(frame, feature_frame(spec))
    fitted = transformer(layout(spec, features), "tree", "regression", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of bins that are one
        fitted.fit(features, frame["y"])
    # size (a rank), kind, level's bin, dose, age
    held = {"level": -1, "age": 1, "size": 1}
    assert directions(fitted, held, 5) == [1, 0, -1, 0, 1]
    assert directions(fitted, held, 6) == [1, 0, -1, 0, 1, 0]
    assert directions(fitted, {"other": 1}, 5) == []


def test_the_canary_works_under_a_constraint(tmp_path):
    """It puts a column behind the others, of which a constraint says nothing."""
    spec = spec_of(dose="increasing")
    canary = run_canary(spec, read_table(spec, write_parquet(table(800), tmp_path)))
    assert (canary.state, canary.control is not None) == ("passed", True)


def test_no_feature_is_derived_from_a_constrained_column(tmp_path):
    frame = table()
    frame["more"] = frame["age"] ** 2
    settings = DatasetSettings(columns={"dose": ColumnSetting(monotone="increasing")})
    spec = make_pipeline(frame, "y", "regression", settings=settings)
    assert spec.monotone == {"dose": "increasing"}
    assert "Monotone constraints: dose (increasing)." in describe(spec)
    training_set = make_training_set(spec, read_table(spec, write_parquet(frame, tmp_path)), seed=0)
    assert {c.family for c in portfolio(spec, training_set.problem)} <= {
        "dummy",
        *monotone_families(),
    }
    (change,) = difference(spec.model_copy(update={"monotone": {}}), spec)
    assert (change.path, change.after) == ("monotone", {"dose": "increasing"})


def broken():
    several = spec_of(dose="increasing").model_copy(
        update={"task": "multiclass", "metric": "log_loss"}
    )
    made = with_derived(
        spec_of(dose="increasing"), [DerivedFeature(operator="sum", columns=["dose", "age"])]
    )
    lines = spec_of(dose="increasing")
    next(s for s in lines.steps if s.kind == "train").params["families"] = ["linear", "mlp"]
    return {
        "PIP701": spec_of(dosis="increasing"),
        "PIP702": several,
        "PIP703": spec_of(kind="decreasing"),
        "PIP704": made,
        "PIP705": lines,
    }


@pytest.mark.parametrize(("code", "spec"), broken().items())
def test_impossible_constraints_are_refused(code, spec):
    (problem,) = validate(spec)
    assert (problem.code, bool(problem.path), bool(problem.fix)) == (code, True, True)
    assert validate(spec_of(dose="increasing", age="decreasing")) == []
