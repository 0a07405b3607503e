"""A foundation model of another package, with local weights: the one that the how-to page shows."""

import re
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation.report.info_sheet import info_sheet
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.families import FAMILIES, use_plug_ins
from pipeweave_dagster.core.model.bundle_scores import raw_scores
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.prediction import prediction_ms
from pipeweave_dagster.core.training import replay
from pipeweave_dagster_tests.factories import (
    evaluate_small_model,
    make_pipeline,
    run_without_pipeweave,
    train_small_model,
)

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "plug-ins.md"
NAME = "small_model"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Install the class of the page as a distribution with its entry point."""
    folder = tmp_path_factory.mktemp("installed")
    (source,) = re.findall(r"```python\n(import numpy as np\n.*?)```", PAGE.read_text(), re.DOTALL)
    (folder / "nearest_rows.py").write_text(source)
    facts = folder / "nearest_rows-1.2.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: nearest-rows\nVersion: 1.2\n")
    (facts / "entry_points.txt").write_text(
        f"[pipeweave.models]\n{NAME} = nearest_rows:SmallModel\nother = not_there:Model\n"
    )
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "small.npy"
    np.save(path, np.linspace(1.0, 1.1, 100))
    return path


@pytest.fixture(autouse=True)
def named(package, weights, monkeypatch):
    monkeypatch.syspath_prepend(package)
    use_plug_ins({NAME: str(weights)})
    yield
    use_plug_ins({})


def table(rows=300):
    """Return a checkerboard, which a linear model cannot learn."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.uniform(0, 2, size=(rows, 2)), columns=["east", "north"])
    black = (frame["east"].astype(int) + frame["north"].astype(int)) % 2 == 0
    frame.loc[::11, "east"] = np.nan
    return frame.assign(y=np.where(black, "black", "white"))


@pytest.fixture(scope="module")
def trained(package, weights, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(package)
        use_plug_ins({NAME: str(weights)})
        folder = tmp_path_factory.mktemp("trained")
        families = ["linear", NAME]
        spec, model, out = train_small_model(table(), "y", "binary", folder, families=families)
    return spec, model, out, folder


def test_it_is_planned_where_the_settings_name_it_and_not_imported_for_that():
    sys.modules.pop("nearest_rows", None)
    assert NAME in families_of(make_pipeline(table(), "y", "binary"))
    assert "nearest_rows" not in sys.modules
    use_plug_ins({})
    assert NAME not in families_of(make_pipeline(table(), "y", "binary"))


def families_of(spec):
    (train,) = [step for step in spec.steps if step.kind == "train"]
    return train.params["families"]


def test_it_is_a_member_and_its_licence_is_on_card_and_sheet(trained, weights):
    spec, model, out, _ = trained
    weight = {member.family: member.weight for member in model.recipe}
    assert weight[NAME] > 0.5
    (described,) = model.plug_ins
    assert (described.package, described.version) == ("nearest-rows", "1.2")
    assert described.checkpoint == str(weights)
    evaluation = evaluate_small_model(spec, model, out)
    card = (out / "evaluation" / "model_card.md").read_text()
    for text in (card, info_sheet(model, spec, evaluation, None)):
        assert "CC0-1.0" in text
        assert described.sha256 in text


def test_its_model_file_has_no_weights_and_predicts_after_loading(trained, weights):
    out = trained[2]
    with zipfile.ZipFile(out / "model.skops") as archive:
        assert all(weights.read_bytes() != archive.read(name) for name in archive.namelist())
    rows = table(50)
    found = raw_scores(load_model(out / "model.skops"), rows)
    assert ((found[:, 1] > 0.5) == (rows["y"] == "white")).mean() > 0.8
    assert np.array_equal(found[:1], raw_scores(load_model(out / "model.skops"), rows[:1]))


def test_it_is_replayed_bit_by_bit(trained, tmp_path):
    spec, model, out, folder = trained
    replay(spec=spec, trained=model, data=folder / "data.parquet", out=tmp_path)
    before, after = (raw_scores(load_model(p / "model.skops"), table()) for p in (out, tmp_path))
    np.testing.assert_array_equal(before, after)


def test_scoring_is_refused_without_the_same_weights(trained, tmp_path):
    file = trained[2] / "model.skops"
    use_plug_ins({})
    with pytest.raises(PipeWeaveError, match="PIPEWEAVE_MODEL_PLUG_INS does not name it"):
        load_model(file)
    other = tmp_path / "other.npy"
    use_plug_ins({NAME: str(other)})
    with pytest.raises(PipeWeaveError, match=r"other\.npy of the model .* does not exist"):
        load_model(file)
    np.save(other, np.ones(100))
    with pytest.raises(PipeWeaveError, match="is another one than that which the model was train"):
        load_model(file)


def test_a_worker_loads_what_it_is_told(trained, package, weights, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(package), prepend=":")
    out = trained[2]
    with Worker(plug_ins={NAME: str(weights)}) as worker:
        took = worker.call(60, prediction_ms, out / "model.skops", out / "test_rows.parquet")
    assert took > 0


def test_an_exported_folder_asks_the_environment(trained, package, weights, tmp_path, monkeypatch):
    spec, model, out, _ = trained
    target = tmp_path / "model"
    files = export_model(out / "model.skops", out / "rows.parquet", model, spec, target)
    assert "train.py" not in files
    assert "nearest-rows==1.2" in (target / "requirements.txt").read_text()
    shutil.copytree(package, target, dirs_exist_ok=True)
    table(40).to_csv(target / "rows.csv", index=False)
    refused = run_without_pipeweave(target, "score.py", "rows.csv", "out.csv", check=False)
    assert "PIPEWEAVE_MODEL_PLUG_INS does not name it" in refused.stderr
    assert "Traceback" not in refused.stderr
    monkeypatch.setenv("PIPEWEAVE_MODEL_PLUG_INS", f'{{"{NAME}": "{weights}"}}')
    run_without_pipeweave(target, "score.py", "rows.csv", "out.csv")
    assert len(pd.read_csv(target / "out.csv")) == 40


@pytest.mark.parametrize(
    ("limit", "note"),
    [
        ("max_rows", "it takes at most 10 rows, and this table has 300"),
        ("max_columns", "it takes at most 1 columns, and this table has 2"),
        ("max_classes", "it takes at most 1 classes, and this table has 2"),
    ],
)
def test_a_table_beyond_its_limits_is_skipped_with_the_reason(limit, note, monkeypatch, tmp_path):
    from nearest_rows import SmallModel

    monkeypatch.setattr(SmallModel, limit, 10 if limit == "max_rows" else 1)
    _, model, _ = train_small_model(
        table(), "y", "binary", tmp_path, families=[NAME, "dummy"], budget_s=5
    )
    (own,) = [trial for trial in model.leaderboard if trial.family == NAME]
    assert (own.state, own.note) == ("skipped", note)
    assert any(text == f"`{NAME}` was not tried: {note}." for text in model.notes)
    assert model.plug_ins == []


@pytest.mark.parametrize(
    ("name", "note"),
    [("other", "No module named 'not_there'"), ("absent", "No installed package offers a model")],
)
def test_one_that_cannot_be_loaded_fails_alone(name, note, weights, tmp_path):
    use_plug_ins({name: str(weights)})
    _, model, _ = train_small_model(table(), "y", "binary", tmp_path, families=[name], budget_s=5)
    (own,) = [trial for trial in model.leaderboard if trial.family == name]
    assert own.state == "failed"
    assert note in own.note


def test_names_of_families_are_taken(weights):
    with pytest.raises(ValueError, match="`linear` already"):
        use_plug_ins({"linear": str(weights)})
    assert NAME not in FAMILIES
