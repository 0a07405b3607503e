"""One file and its registration make a family that takes part in everything."""

import numpy as np
import pandas as pd
import pytest
from skops.io import get_untrusted_types

from pipeweave_dagster.core.explain.reasons import with_reasons
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.families import FAMILIES, family_of, register, unregister
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.trusted_types import TRUSTED_TYPES
from pipeweave_dagster.core.pipelines import validate
from pipeweave_dagster.core.training import replay
from pipeweave_dagster_tests.core.families.bayes import FAMILY
from pipeweave_dagster_tests.factories import (
    make_pipeline,
    run_without_pipeweave,
    train_small_model,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def registered():
    register(FAMILY)
    yield
    unregister("bayes")


def table(task, rows=400):
    """Return values that are linear, or normal classes that differ in their spread."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["width", "height", "noise"])
    if task == "regression":
        frame["y"] = 2 * frame["width"] - frame["height"] + rng.normal(0, 0.3, rows)
        return frame
    wide = rng.random(rows) < 0.5
    frame.loc[wide, ["width", "height"]] *= 4
    return frame.assign(y=np.where(wide, "wide", "narrow"))


@pytest.fixture(scope="module", params=["binary", "regression"])
def model(request, registered, tmp_path_factory):
    task, folder = request.param, tmp_path_factory.mktemp("toy")
    frame = table(task)
    spec, trained, out = train_small_model(
        frame, "y", task, folder, families=["neighbours", "bayes"], variants=True, budget_s=15
    )
    return frame, spec, trained, out, folder


def test_it_is_planned_and_accepted():
    spec = make_pipeline(table("binary"), "y", "binary")
    (train,) = [step for step in spec.steps if step.kind == "train"]
    assert "bayes" in train.params["families"]
    assert validate(spec) == []


def test_it_is_searched_with_its_variants_and_proposals_and_ensembled(model):
    _, _, trained, _, _ = model
    names = {trial.name: trial for trial in trained.leaderboard if trial.family == "bayes"}
    assert {"bayes", "bayes_smooth"} <= set(names)
    assert any("var_smoothing" in trial.params for name, trial in names.items() if "_" in name)
    assert "bayes" in {member.family for member in trained.recipe}


def test_its_model_file_loads_with_trusted_types_only(model):
    frame, _, _, out, _ = model
    assert set(get_untrusted_types(file=out / "model.skops")) <= {*TRUSTED_TYPES}
    bundle = load_bundle(out / "model.skops")
    assert FAMILY in {family_of(member["pipeline"][-1]) for member in bundle["members"]}
    assert np.isfinite(raw_scores(bundle, frame)).all()


def test_it_is_explained(model):
    frame, _, trained, out, _ = model
    bundle = load_bundle(out / "model.skops")
    own = [m for m in bundle["members"] if family_of(m["pipeline"][-1]) is FAMILY]
    bundle = {**bundle, "members": own}
    explained, note = with_reasons(bundle, frame[trained.features])
    assert note.startswith("Reasons are the columns that contributed most")
    assert (explained["reason_1"] != "noise").mean() > 0.9
    found = contributions({**bundle, "members": own[:1]}, frame)
    columns, estimator = own[0]["pipeline"]
    x = columns.transform(prepare(frame, bundle["frame"]))
    if trained.task == "binary":
        margin = np.subtract(*estimator.predict_joint_log_proba(x).T[::-1])
    else:
        margin = estimator.predict(x)
    np.testing.assert_allclose(found.values.sum(axis=1)[:, 0] + found.base[:, 0], margin)


def test_it_is_replayed_bit_by_bit(model, tmp_path):
    frame, spec, trained, out, folder = model
    replay(spec=spec, trained=trained, data=folder / "data.parquet", out=tmp_path)
    before, after = (raw_scores(load_bundle(p / "model.skops"), frame) for p in (out, tmp_path))
    np.testing.assert_array_equal(before, after)


def test_it_is_exported_with_its_training(model, tmp_path):
    frame, spec, trained, out, folder = model
    target = tmp_path / "model"
    export_model(out / "model.skops", out / "rows.parquet", trained, spec, target)
    assert "def fit_bayes(model, rows):" in (target / "train.py").read_text()
    run_without_pipeweave(target, "train.py", folder / "data.parquet", "again.skops")
    before, after = (
        raw_scores(load_bundle(p), frame) for p in (out / "model.skops", target / "again.skops")
    )
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9)


def test_names_are_unique_and_built_in_families_stay():
    with pytest.raises(ValueError, match="`bayes` already"):
        register(FAMILY)
    with pytest.raises(ValueError, match="`linear` was registered"):
        unregister("linear")
    unregister("bayes")
    assert "bayes" not in FAMILIES
    register(FAMILY)
