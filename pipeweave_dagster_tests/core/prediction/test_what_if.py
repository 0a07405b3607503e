"""A made-up row gets a prediction with interval and reasons, from texts as somebody types them."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.types.batch_forms import reading_of
from pipeweave_dagster.core.model.read_frame import read_frame
from pipeweave_dagster.core.prediction import HeldRows, policy_of, what_if
from pipeweave_dagster.core.prediction.what_if import model_inputs, predict_row
from pipeweave_dagster_tests.factories import make_snapshot, train_small_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    rng = np.random.default_rng(0)
    x = rng.normal(5, 2, 300)
    frame = pd.DataFrame({"x": x, "kind": rng.choice(["a", "b", "b"], 300)})
    frame["y"] = np.where(x + rng.normal(0, 0.5, 300) > 5, "yes", "no")
    folder = tmp_path_factory.mktemp("what_if")
    _, trained, out = train_small_model(frame, "y", "binary", folder, families=("linear",))
    return trained.of_table(make_snapshot(frame)), out


def predicted(model, row):
    trained, out = model
    return predict_row(
        out / trained.model.name,
        trained,
        row,
        policy_of(DatasetSettings(), trained),
        HeldRows(test_rows=out / "test_rows.parquet", reference=out / "reference.parquet"),
    )


@pytest.mark.parametrize("hidden", [False, True])
def test_what_the_settings_list_as_missing_is_said_to_be_read_so(model, hidden):
    """It was scored like a value that nobody gave, without a word."""
    trained, out = model
    columns = [
        c.model_copy(update={"missing_values": ["-1", "?"]}) if c.name == "x" else c
        for c in trained.columns
    ]
    listed = trained.model_copy(update={"columns": columns, "hidden": ["x"] if hidden else []})
    value = "(hidden)" if hidden else "'-1.0'"
    note = f"x: {value} stands for a missing value by the settings (`missing`)."
    assert predicted((listed, out), {"x": "-1.0", "kind": "a"}).notes[0] == note
    notes = predicted((listed, out), {"x": "-2", "kind": "a"}).notes
    assert not any("stands for" in each for each in notes)


def test_inputs_have_typical_values(model):
    trained, out = model
    inputs = {found.name: found for found in model_inputs(out / "reference.parquet", trained)}
    assert list(inputs) == trained.features
    assert 4 < float(inputs["x"].typical) < 6
    assert inputs["x"].low is not None
    assert inputs["x"].low < 3
    assert (inputs["kind"].typical, inputs["kind"].choices) == ("b", ["b", "a"])


@pytest.mark.parametrize(
    ("format_", "unit", "value", "written"),
    [
        ("decimal ','", None, 622.64, "622,64"),
        ("number with €, decimal ','", "€", 12345670, "12345700"),
        ("thousands ','", None, 12345670, "12345700"),
        ("number with %, shares without %", "%", 12.5, "12.5%"),
        (None, None, 12345670, "1.23457e+07"),
    ],
)
def test_the_typical_value_is_written_as_the_training_data_is(
    model, tmp_path, format_, unit, value, written
):
    trained, _ = model
    columns = [
        c.model_copy(update={"format": format_, "unit": unit}) if c.name == "x" else c
        for c in trained.columns
    ]
    trained = trained.model_copy(update={"columns": columns})
    pd.DataFrame({"x": [value], "kind": ["a"]}).to_parquet(tmp_path / "reference.parquet")
    (found,) = [i for i in model_inputs(tmp_path / "reference.parquet", trained) if i.name == "x"]
    assert found.typical == written
    assert found.span == f"{written} to {written}"
    read = read_frame(reading_of(trained), pd.DataFrame([{"x": found.typical, "kind": "a"}]))
    assert [note for note in read.notes if "form of the training data" in note] == []
    assert read.rows["x"].iloc[0] == pytest.approx(value, rel=1e-5)


def test_a_change_of_a_value_changes_the_prediction(model):
    low, high = (predicted(model, {"x": text, "kind": "a"}) for text in ("1.5", "8.5"))
    assert (low.prediction, high.prediction) == ("no", "yes")
    assert next(iter(high.probabilities)) == "yes"
    assert sum(high.probabilities.values()) == pytest.approx(1)
    assert "yes" in high.interval
    assert next(iter(high.reasons)) == "x"
    assert predicted(model, {"x": None, "kind": "a"}).prediction in {"no", "yes"}
    assert predicted(model, {"x": "900", "kind": "a"}).outside


def test_a_value_of_another_type_is_reported(model):
    try:
        notes = predicted(model, {"x": "tall", "kind": "a"}).notes
    except PipeWeaveError as error:
        notes = [error.text]
    assert any("tall" in note or "x" in note for note in notes)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"prediction": 1234.56789, "lower": 1100.2, "upper": 1340.9}, ("1,235", "1,100 to 1,341")),
        ({"prediction": 3.14159265, "lower": 2.98765, "upper": 3.3}, ("3.142", "2.988 to 3.3")),
        ({"prediction": 0.1 + 0.2}, ("0.3", "")),
        ({"prediction": float("nan")}, ("", "")),
        ({"prediction": "yes", "prediction_set": '["yes", "no"]'}, ("yes", "yes, no")),
    ],
)
def test_a_value_is_shown_with_the_decimals_that_its_interval_warrants(row, shown):
    assert what_if.shown(row) == shown
