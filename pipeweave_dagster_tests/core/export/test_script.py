"""The exported script trains every family as the family itself does."""

import json

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Member
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.families import FAMILIES, installed_families
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.training import replay
from pipeweave_dagster_tests.factories import run_without_pipeweave, train_small_model

pytestmark = pytest.mark.slow

VARIANTS = {
    "linear_curves": ("linear", {"curves": True}),
    "lightgbm_random": ("lightgbm", {"extra_trees": True, "num_leaves": 7}),
    "xgboost_plain": ("xgboost", {"plain": True}),
    "mlp_wide": ("mlp", {"hidden": (32,), "alpha": 0.1}),
}
LOG_TARGET = {name: (name, {"log_target": True}) for name in ("linear", "lightgbm", "xgboost")}


def table(task, rows=150):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows)})
    frame.loc[::11, "a"] = np.nan
    frame["town"] = rng.choice(["north", "south", None], rows)
    frame["street"] = rng.choice([f"s{i}" for i in range(60)], rows)
    y = np.nan_to_num(frame["a"]) + (frame["town"] == "north") + rng.normal(0, 0.3, rows)
    classes = {"binary": 2, "multiclass": 3}.get(task)
    labels = pd.qcut(y, classes, labels=False).map("class {}".format) if classes else y - y.min()
    return frame.assign(y=labels)


def recipe(task):
    """Members of every family: early stopping on a fold, and known rounds on all rows."""
    kinds = {name: (name, {}) for name in installed_families()} | VARIANTS
    if task == "regression":
        kinds |= {f"{name}_log": kind for name, kind in LOG_TARGET.items()}
    rounds = dict.fromkeys(FAMILIES, 6) | {"linear": None, "svm": None, "neighbours": None}
    rounds |= {"random_forest": 12, "dummy": None}
    members = []
    for name, (family, params) in kinds.items():
        shared = {"name": name, "family": family, "params": params, "weight": 1.0}
        members.append(Member(**shared, fold=1))
        smearing = 1.3 if params.get("log_target") else None
        members.append(Member(**shared, seed=1, rounds=rounds[family], smearing=smearing))
    # A fit that the deadline cut short is repeated for as many rounds, without early stopping.
    cut = [Member(name=f, family=f, weight=1.0, fold=0, rounds=5) for f in ("lightgbm", "mlp")]
    return [*members, *cut, Member(name="linear", family="linear", weight=1.0, fold=0, rounds=43)]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_family_is_trained_as_by_itself(task, tmp_path):
    frame = table(task)
    spec, trained, out = train_small_model(frame, "y", task, tmp_path, families=["dummy"])
    plain = {"temperature": None, "trust": None, "threshold": None, "stack": None, "made": []}
    trained = trained.model_copy(update={"recipe": recipe(task), **plain})
    (again := tmp_path / "again").mkdir()
    data = tmp_path / "data.parquet"
    replay(spec=spec, trained=trained, data=data, out=again)
    folder = tmp_path / "model"
    files = export_model(again / "model.skops", out / "rows.parquet", trained, spec, folder)
    assert {"train.py", "train.ipynb"} <= set(files)
    run_without_pipeweave(folder, "train.py", data, "exported.skops")
    ours, theirs = (load_bundle(f) for f in (again / "model.skops", folder / "exported.skops"))
    assert len(ours["members"]) == len(theirs["members"]) == len(trained.recipe)
    for one, two, member in zip(ours["members"], theirs["members"], trained.recipe, strict=True):
        scores = [raw_scores({**ours, "members": [part]}, frame) for part in (one, two)]
        np.testing.assert_allclose(*scores, rtol=0, atol=1e-9, err_msg=str(member))


def test_only_the_functions_of_the_families_used_are_in_the_script(tmp_path):
    frame = table("regression")
    spec, trained, out = train_small_model(frame, "y", "regression", tmp_path, families=["mlp"])
    trained = trained.model_copy(
        update={"recipe": [Member(name="mlp", family="mlp", weight=1.0, rounds=3)], "stack": None}
    )
    (again := tmp_path / "again").mkdir()
    replay(spec=spec, trained=trained, data=tmp_path / "data.parquet", out=again)
    export_model(again / "model.skops", out / "rows.parquet", trained, spec, tmp_path / "model")
    text = (tmp_path / "model" / "train.py").read_text()
    assert "def fit_network(" in text
    assert text.index("def dense(") < text.index("def fit_network(")
    assert "fit_xgboost" not in text
    assert "pipeweave_dagster" not in text
    cells = json.loads((tmp_path / "model" / "train.ipynb").read_text())["cells"]
    titles = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert "## How each kind of estimator is fitted." in titles
