"""Versions, rows and thresholds as text; `integration/test_cli.py` has them on a real model."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.commands.model_trials import _given
from pipeweave_dagster.cli.support.trial_text import prediction_text, row_facts, threshold_text
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.metrics.threshold_table import ThresholdRow
from pipeweave_dagster.core.prediction.what_if import ModelInput, RowPrediction
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories.registry import register

INPUTS = [ModelInput(name=name, type="number") for name in ("a", "a=b", "c")]


def test_values_are_given_by_column_even_where_a_name_has_an_equals_sign() -> None:
    assert _given(["a=1", "a=b=2", "c="], INPUTS) == {"a": "1", "a=b": "2", "c": None}


def test_a_column_that_the_model_does_not_read_is_refused_with_those_it_does() -> None:
    with pytest.raises(PipeWeaveError, match="'d=1' does not begin") as caught:
        _given(["d=1"], INPUTS)
    assert "a, a=b, c" in caught.value.text


def test_a_prediction_without_probabilities_and_with_hostile_names_is_one_text() -> None:
    found = RowPrediction(prediction="5", outside=True, reasons={"a\x1b[2J": 0.5}, notes=["n"])
    text = prediction_text(found)
    assert "prediction: 5" in text
    assert "unlike the training rows" in text
    assert "+0.5" in text
    assert "\x1b" not in text


def test_thresholds_have_their_errors() -> None:
    row = ThresholdRow(threshold=0.2, true_positive=3, false_positive=1, false_negative=0,
                       true_negative=6, cost=0.1)  # fmt: skip
    none = row.model_copy(update={"true_positive": 0, "false_positive": 0})
    text = threshold_text({"best": row, "at": none})
    assert "lowest cost  0.20       0.1           0.750      1.000   1        0" in text
    assert "yours" in text
    assert row_facts(row)["recall"] == 1.0
    assert row_facts(none)["precision"] is None


def test_two_versions_are_compared(home: Any) -> None:
    settings = Settings()
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    for version, score in (("1", 0.7), ("2", 0.8)):
        register(store, version, score)

    def call(*words: str) -> Any:
        return CliRunner().invoke(build_app(), ["models", "compare", "demo", *words])

    found = json.loads(call("1", "2", "--json").stdout)
    page = Path(__file__).parents[3] / "docs" / "reference" / "json.md"
    (row,) = re.findall(r"\| `pipeweave models compare` \|(.*)", page.read_text())
    assert set(found) == set(re.findall(r"`(\w+)`", row))
    assert [value["value"] for value in found["metrics"]["roc_auc"]] == [0.7, 0.8]
    text = call("1", "2").stdout
    assert text.startswith("Note: the scores below are of different test rows")
    assert "0.7" in text
    assert "Both are version 1." in str(call("1", "1").exception)
