"""A model in a notebook: trained, evaluated, saved and loaded."""

import numpy as np
import pandas as pd
import pytest

import pipeweave_dagster as pw
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.notebook import train_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(4)
    x = rng.normal(size=300)
    kind = np.where(x + rng.normal(0, 0.7, 300) > 0, "yes", "no")
    when = pd.date_range("2020-01-01", periods=300).strftime("%d.%m.%Y")
    return pd.DataFrame(
        {"x": x.round(3), "when": when, "noise": rng.normal(size=300), "kind": kind}
    )


@pytest.fixture(scope="module")
def model(frame):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train_model, "_EVALUATION_S", 2.0)  # no test reads what explains the scores
        return pw.Dataset(frame, target="kind").train(time_budget=2)


def test_it_is_scored_on_rows_that_no_fit_used(model):
    assert repr(model).startswith("Model of 'kind'")
    assert 0.6 < model.scores["roc_auc"].value < 1
    assert "<td>roc_auc</td>" in model.scores._repr_html_()
    assert "kind" in model.card.text
    assert {"name", "score", "state"} <= set(model.leaderboard.to_frame())


def test_predictions_follow_the_rows_whatever_the_order_of_columns(model, frame):
    wanted = model.predict(frame)
    turned = model.predict(frame[["noise", "when", "x"]].assign(more=1))
    pd.testing.assert_frame_equal(turned, wanted)
    assert set(wanted["prediction"]) == {"yes", "no"}
    assert any("more" in note for note in turned.attrs["notes"])
    proba = model.predict_proba(frame)
    assert list(proba) == model.classes
    np.testing.assert_allclose(proba.sum(axis=1), 1)


def test_a_saved_model_predicts_the_same_in_another_object(model, frame, tmp_path):
    folder = model.save(tmp_path / "kept")
    again = pw.load(folder)
    pd.testing.assert_frame_equal(again.predict(frame), model.predict(frame))
    assert again.card.text == model.card.text
    model.save(folder)
    (folder / "mine.txt").write_text("x")
    with pytest.raises(PipeWeaveError, match="other files"):
        model.save(folder)
    with pytest.raises(PipeWeaveError, match="no saved model"):
        pw.load(tmp_path)
    assert model.card.save(tmp_path / "card.md").read_text() == model.card.text
    with pytest.raises(PipeWeaveError, match=r"'card\.html' does not end in \.md"):
        model.card.save(tmp_path / "card.html")
    with pytest.raises(PipeWeaveError, match="not a folder"):
        model.save(tmp_path / "card.md")


def test_rows_without_a_known_column_are_refused(model):
    with pytest.raises(PipeWeaveError, match="none of the columns"):
        model.predict(pd.DataFrame({"other": [1, 2]}))


def test_rows_that_lack_a_column_are_refused_unless_it_may_be_missing(model, frame):
    name = model.trained.features[0]
    rows = frame.drop(columns=[name, "kind"]).head(3)
    with pytest.raises(pw.PipeWeaveError, match=f"`{name}`") as caught:
        model.predict(rows)
    assert "on_missing='score'" in caught.value.text
    assert len(model.predict_proba(rows, on_missing="score")) == 3
