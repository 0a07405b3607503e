"""A recorded model is fitted again from its recipe: by PipeWeave, and by the exported script."""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.families import early_stopping
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster.core.training import final_model, replay
from pipeweave_dagster_tests.factories import (
    run_without_pipeweave,
    train_small_model,
    write_parquet,
)

pytestmark = pytest.mark.slow

FAMILIES = {
    "multiclass": ["xgboost", "catboost", "extra_trees", "neighbours"],
    "regression": ["linear", "lightgbm", "hist_gradient_boosting", "svm", "mlp"],
}
TABLES = {"multiclass": ("penguins", "species"), "regression": ("student_math", "G3")}


@pytest.fixture(scope="module", params=["multiclass", "regression"])
def model(request, examples, tmp_path_factory):
    """An ensemble of several families, with missing values and categories in its table."""
    folder = tmp_path_factory.mktemp("model")
    task = request.param
    name, target = TABLES[task]
    frame = pd.read_csv(examples / f"{name}.csv")
    if task == "multiclass":
        frame.loc[::3, "bill_length_mm"] = np.nan
    spec, found, out = train_small_model(
        frame, target, task, folder, families=FAMILIES[task], budget_s=120
    )
    return frame, spec, found, out, folder


def test_the_replay_is_bit_equal(model, tmp_path):
    frame, spec, found, out, folder = model
    replay(spec=spec, trained=found, data=folder / "data.parquet", out=tmp_path)
    before, after = (raw_scores(load_bundle(p / "model.skops"), frame) for p in (out, tmp_path))
    np.testing.assert_array_equal(before, after)
    assert found.recipe


def test_a_linear_model_with_splines_is_exported_too(tmp_path):
    x = np.random.default_rng(3).normal(size=(400, 2))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": np.abs(x[:, 0]) + 0.1 * x[:, 1]})
    spec, found, out = train_small_model(
        frame, "y", "regression", tmp_path, families=["linear"], variants=True
    )
    assert any(part.params.get("curves") for part in found.recipe)
    files = export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path / "model")
    assert "train.py" in files
    data = tmp_path / "data.parquet"
    run_without_pipeweave(tmp_path / "model", "train.py", data, "again.skops")
    files = (out / "model.skops", tmp_path / "model" / "again.skops")
    scores = [raw_scores(load_bundle(file), frame) for file in files]
    np.testing.assert_allclose(*scores, rtol=0, atol=1e-9)
    shorter = write_parquet(frame.iloc[:-1], tmp_path)
    refused = run_without_pipeweave(tmp_path / "model", "train.py", shorter, "x", check=False)
    assert f"trained on a table of {len(frame)}." in refused.stderr


def test_catboost_is_replayed_and_exported_with_its_own_format(examples, tmp_path):
    frame = pd.read_csv(examples / "penguins.csv")
    spec, found, out = train_small_model(frame, "sex", "binary", tmp_path, families=["catboost"])
    assert {part.family for part in found.recipe} == {"catboost"}
    before = raw_scores(load_bundle(out / "model.skops"), frame)
    (tmp_path / "again").mkdir()
    replay(spec=spec, trained=found, data=tmp_path / "data.parquet", out=tmp_path / "again")
    after = raw_scores(load_bundle(tmp_path / "again" / "model.skops"), frame)
    np.testing.assert_array_equal(before, after)
    export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path / "model")
    needed = (tmp_path / "model" / "requirements.txt").read_text()
    assert f"catboost=={version('catboost')}" in needed
    data = tmp_path / "data.parquet"
    run_without_pipeweave(tmp_path / "model", "train.py", data, "again.skops")
    alone = raw_scores(load_bundle(tmp_path / "model" / "again.skops"), frame)
    np.testing.assert_allclose(alone, before, rtol=0, atol=1e-9)


def test_the_exported_script_and_its_notebook_train_the_same_model(model, tmp_path):
    frame, spec, found, out, _ = model
    files = export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path)
    assert {"train.py", "train.ipynb", "score.py"} <= set(files)
    rows = write_parquet(frame, tmp_path)
    run_without_pipeweave(tmp_path, "train.py", rows, "again.skops")
    before, after = (
        raw_scores(load_bundle(p), frame) for p in (out / "model.skops", tmp_path / "again.skops")
    )
    np.testing.assert_allclose(after, before, atol=1e-9)
    cells = json.loads((tmp_path / "train.ipynb").read_text())["cells"]
    code = "".join("".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "code")
    compile(code, "notebook", "exec")
    assert "MEMBERS = [" in code


def test_the_exported_model_predicts_the_same_without_pipeweave(model, tmp_path):
    _, spec, found, out, folder = model
    export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path)
    run_without_pipeweave(tmp_path, "score.py", folder / "data.parquet", "p.csv")
    (tmp_path / "scored").mkdir()
    predict(model=out / "model.skops", trained=found, data=folder / "data.parquet",
            out=tmp_path / "scored")  # fmt: skip
    ours = pd.read_parquet(tmp_path / "scored" / "predictions.parquet")
    theirs = pd.read_csv(tmp_path / "p.csv")
    assert list(theirs.columns) == list(ours.columns)
    for column in theirs.select_dtypes("number"):
        np.testing.assert_allclose(theirs[column], ours[column], atol=1e-9)
    needed = (tmp_path / "requirements.txt").read_text()
    pinned = dict(p.split("==") for p in (tmp_path / "requirements.lock").read_text().split())
    assert pinned["numpy"] == found.package_versions["numpy"]
    assert {"joblib", "threadpoolctl", "python-dateutil", "pyarrow"} <= set(pinned)
    assert pinned["joblib"] == version("joblib")
    assert "scikit-learn==" in needed
    assert "pipeweave" not in needed


def test_no_module_takes_the_place_of_a_function():
    """A worker finds functions of the package by name, also after modules were imported."""
    import pipeweave_dagster.core.training as package

    folder = Path(package.__file__).parent
    late = {p.stem for p in folder.glob("*.py")} - {"promote"}  # imported with the package
    assert not late & {*package.__all__}


class Cut:
    """A deadline after some rounds instead of some seconds."""

    def __init__(self, rounds):
        self.left, self.cut = rounds, False

    def passed(self):
        self.left -= 1
        self.cut = self.left <= 0
        return self.cut


@pytest.mark.parametrize(
    ("task", "rounds", "families"),
    [
        ("multiclass", None, ["xgboost", "random_forest"]),
        ("regression", 25, ["linear", "hist_gradient_boosting", "lightgbm", "mlp"]),
    ],
)
def test_a_mean_of_models_of_folds_is_exported_too(
    task, rounds, families, examples, tmp_path, monkeypatch
):
    """As is every model without the time to fit on all rows, or even on those of a fold."""
    monkeypatch.setattr(final_model, "refit", lambda *_: None)
    if rounds is not None:
        monkeypatch.setattr(early_stopping, "Deadline", lambda _: Cut(rounds))
    name, target = TABLES[task]
    frame = pd.read_csv(examples / f"{name}.csv")
    frame.loc[::7, target] = None
    frame["town"] = [f"t{i * 7 % 61}" for i in range(len(frame))]
    frame["w"] = np.arange(len(frame)) % 5  # rows without weight are left out
    spec, found, out = train_small_model(
        frame, target, task, tmp_path, families=families,
        budget_s=120, settings=DatasetSettings(weight="w"),
    )  # fmt: skip
    assert all(part.fold >= 0 for part in found.recipe)
    export_model(out / "model.skops", out / "rows.parquet", found, spec, tmp_path / "model")
    data = tmp_path / "data.parquet"
    run_without_pipeweave(tmp_path / "model", "train.py", data, "again.skops")
    files = (out / "model.skops", tmp_path / "model" / "again.skops")
    scores = [raw_scores(load_bundle(file), frame) for file in files]
    np.testing.assert_allclose(*scores, rtol=0, atol=1e-9)
