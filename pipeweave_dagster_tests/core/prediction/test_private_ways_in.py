"""A model with a hashed and a masked column, through every way in: hashed there, or refused."""

import re
import runpy
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation.model_changes import changes_from
from pipeweave_dagster.core.model.hashed_values import hashed_text, key_id
from pipeweave_dagster.core.prediction import policy_of
from pipeweave_dagster.core.prediction.what_if import model_inputs
from pipeweave_dagster_tests.factories.ways_in import file_model, text_rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("ways_in"),  # they import MLflow as well
    pytest.mark.filterwarnings("ignore"),  # MLflow asks for type hints
]
VARIABLE = "PIPEWEAVE_PRIVACY_KEY"
KEY = "0123456789abcdef0123456789abcdef"
SETTINGS = DatasetSettings.model_validate(
    {
        "target": "y",
        "keep": ["Who"],
        "columns": {
            "WHO": {"privacy": "hash", "missing": ["?"]},
            "team": {"privacy": "mask"},
            "x": {"privacy": "mask"},
        },
    }
)
MARKER = re.compile("qzx", re.IGNORECASE)
ROWS = 90


def _table(new=""):
    rng = np.random.default_rng(4)
    who = rng.permutation(np.resize(["Qzx Ann", "qzx-7", "771.0", "Zo\u00eb qzx", "?", ""], ROWS))
    team = np.where(rng.random(ROWS) < 0.5, f"qzxred{new}", "qzxblue")
    score = np.isin(who, ["Qzx Ann", "?"]) * 2.0 - (team == "qzxblue") + rng.normal(0, 0.3, ROWS)
    frame = pd.DataFrame({"who": who, "team": team, "x": rng.normal(size=ROWS).round(3)})
    return frame.assign(y=np.where(score > 0, "yes", "no"))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    content = _table().to_csv(index=False)
    folder = tmp_path_factory.mktemp("hashed")
    return file_model(content, "y", "binary", folder, settings=SETTINGS, key=SecretStr(KEY))


@pytest.fixture(scope="module")
def served(model):
    return model.in_mlflow()


def _scripted(model, monkeypatch, capsys, content):
    """Run the exported script in this process; its predictions and what it printed."""
    folder = model.exported()
    (folder / "rows.csv").write_text(content, encoding="utf-8")
    arguments = ["score.py", str(folder / "rows.csv"), str(folder / "predictions.csv")]
    monkeypatch.setattr(sys, "argv", arguments)
    runpy.run_path(str(folder / "score.py"), run_name="__main__")
    return pd.read_csv(folder / "predictions.csv").drop(columns="row_id"), capsys.readouterr().err


def _ways(model, served, content, rows):
    """Each way in: the predictions, and all else that it returns, as text."""
    names = ["prediction", "probability_no", "probability_yes"]
    by_file = model.by_file(content, policy=policy_of(SETTINGS, model.trained))
    request = model.by_request(rows)
    page = [model.by_page(row) for row in rows.to_dict("records")[:3]]
    by_rows = model.by_rows(rows.to_dict("records"))
    return {
        "file": (
            by_file.predictions[names],
            f"{by_file.predictions}{by_file.rows['who'].tolist()}{by_file.scored}{by_file.notes}",
        ),
        "rows": (by_rows.predictions, str(by_rows)),
        "request": (request.predictions[names], str(request)),
        "MLflow": (served.predict(rows), ""),
        "page": ([p.probabilities for p in page], str(page)),
    }


def test_every_way_in_hashes_the_values_itself_and_shows_none(
    model, served, monkeypatch, capsys, caplog
):
    monkeypatch.setenv(VARIABLE, KEY)
    content = _table().to_csv(index=False)
    ways = _ways(model, served, content, text_rows(content))
    script, printed = _scripted(model, monkeypatch, capsys, content)
    truth = ways["file"][0]
    assert truth["probability_yes"].round(4).nunique() > 8  # the hashed column counts
    for way in ("rows", "request", "MLflow"):
        pd.testing.assert_frame_equal(ways[way][0], truth, check_exact=True, obj=way)
    pd.testing.assert_frame_equal(script, truth, check_exact=True)
    expected = truth["probability_yes"][:3].tolist()
    assert [p["yes"] for p in ways["page"][0]] == pytest.approx(expected)
    assert "has not learned" not in f"{ways}{printed}{caplog.text}"
    assert not MARKER.search("".join(told for _, told in ways.values()))
    assert not MARKER.search(str(model_inputs(model.held.reference, model.trained)))
    # What is copied to the predictions is the hash, under whatever name the settings know it.
    policy = policy_of(SETTINGS, model.trained)
    kept = [model.by_request(text_rows(content)).predictions["Who"]]
    kept.append(model.by_file(content, policy=policy).predictions["Who"])
    expected = [None if v in {"", "?"} else hashed_text(v, KEY) for v in _table()["who"]]
    assert [[None if pd.isna(v) else v for v in values] for values in kept] == [expected] * 2


def test_notes_on_new_values_quote_none_anywhere(model, served, monkeypatch, capsys, caplog):
    monkeypatch.setenv(VARIABLE, KEY)
    table = _table(new="2").astype({"x": object})
    table.loc[4, "x"] = "qzxnone"
    content = table.to_csv(index=False)
    rows = text_rows(content)
    ways = _ways(model, served, content, rows)
    _, printed = _scripted(model, monkeypatch, capsys, content)
    unhashed = model.in_notebook().predict(rows.drop(columns="who"), on_missing="score")
    told = [told for way, (_, told) in ways.items() if way in {"file", "rows", "request"}]
    for each in [*told, printed, caplog.text, str(unhashed.attrs["notes"])]:
        assert re.search("team: .*has not learned", each)
        assert re.search("x: 1 value", each)
        assert not MARKER.search(each)


@pytest.mark.parametrize("key", [None, KEY[::-1]])
def test_without_the_key_every_way_in_refuses(model, served, monkeypatch, capsys, key):
    other = replace(model, key=SecretStr(key) if key else None)
    monkeypatch.setenv(VARIABLE, key or "")
    content = _table().to_csv(index=False)
    rows = text_rows(content)
    ways = {
        "file": lambda: other.by_file(content),
        "rows": lambda: other.by_rows(rows),
        "request": lambda: other.by_request(rows),
        "page": lambda: other.by_page(rows.to_dict("records")[0]),
        "MLflow": lambda: served.predict(rows),
        "script": lambda: _scripted(other, monkeypatch, capsys, content),
        "notebook": lambda: model.in_notebook().predict(rows),
    }
    for way, predict in ways.items():
        with pytest.raises((PipeWeaveError, ValueError, SystemExit)) as refused:
            predict()
        assert re.search("PIPEWEAVE_PRIVACY_KEY|no key", str(refused.value)), way
        assert not MARKER.search(str(refused.value)), way


def test_an_exported_folder_says_which_columns_need_the_key(model):
    readme = (model.exported() / "README.md").read_text(encoding="utf-8")
    assert "hashed for training: `who`." in readme
    assert f"set {VARIABLE} in the environment" in readme
    assert "the content of `privacy.key` in its home" in readme


def test_hashes_that_are_hashed_again_are_noted(model):
    rows = _table().assign(who=[hashed_text(v, KEY) for v in _table()["who"]])
    found = [model.by_file(rows.to_csv(index=False)).notes, model.by_request(rows).notes]
    assert all(any("hashed again" in note for note in notes) for notes in found)


def test_models_of_other_hashes_are_not_compared():
    def of(hash_key):
        who = SimpleNamespace(name="who", hash_key=hash_key)
        return SimpleNamespace(target="y", classes=[], features=["who"], columns=[who])

    key, other = key_id(KEY), key_id(KEY[::-1])
    for before, after, words in (
        (None, key, "hashed now, and was not"),
        (key, other, "hashed with another key than"),
        (key, None, "not hashed now, and was"),
    ):
        found = changes_from(of(before), of(after))
        assert found.incomparable
        assert not found.obstacle
        assert found.sentences[0].startswith(f"'who' is {words} when the champion was trained:")
    assert not changes_from(of(key_id(KEY)), of(key_id(KEY))).incomparable
