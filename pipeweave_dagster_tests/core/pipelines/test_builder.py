"""A pipeline written in Python and one written in YAML are the same document."""

import doctest

import pandas as pd
import pytest
import yaml

from pipeweave_dagster.core.documents import DatasetSettings, PipelineSpec
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.pipelines import builder
from pipeweave_dagster.core.pipelines.builder import Builder, as_settings
from pipeweave_dagster_tests.factories import make_pipeline

# As a person would write it for passengers of a ship.
BY_HAND = """
pipeline:
  target: survived
  task: binary
  positive: "1"
  metric: roc_auc
  features: [age, fare, sex, embarked]
  steps:
    - {name: read, kind: extract, use: table, columns: [age, fare, sex, embarked, survived]}
    - {name: numbers, kind: preprocess, use: numeric, columns: [age, fare], after: [read],
       params: {impute: mean, indicator: true}}
    - {name: categories, kind: preprocess, use: categorical, columns: [sex, embarked],
       after: [read], params: {max_native: 20}}
    - {name: model, kind: train, use: search, after: [numbers, categories],
       params: {families: [linear, xgboost]}}
    - {name: score, kind: predict, use: predict, after: [model]}
"""


@pytest.fixture
def built():
    return (
        Builder("survived", "binary", positive="1")
        .step("numeric", "age", "fare", impute="mean", indicator=True)
        .step("categorical", "sex", "embarked", max_native=20)
        .search("linear", "xgboost")
        .build()
    )


def test_by_hand_and_by_builder_have_equal_hashes(built):
    given = yaml.safe_load(BY_HAND)["pipeline"]
    by_hand = PipelineSpec.model_validate({**given, "source": "settings", "split": {}})
    assert by_hand.sha256 == built.sha256
    other = Builder("survived", "binary").step("numeric", "age", impute="median").build()
    assert other.sha256 != built.sha256


def test_the_line_makes_the_built_pipeline_of_its_settings(built):
    """Through `pipeweave.yaml` as it is read, laid over what the rules construct."""
    settings = yaml.safe_load(as_settings(built))
    frame = pd.DataFrame(
        {"age": [1.0, 2.0] * 10, "fare": [3.0, 4.0] * 10, "sex": ["f", "m"] * 10,
         "embarked": ["S", "C"] * 10, "cabin": ["A", "B"] * 10, "survived": ["0", "1"] * 10}
    )  # fmt: skip
    made = make_pipeline(frame, "survived", "binary", settings=DatasetSettings(**settings))
    assert made.steps == built.steps
    assert (made.features, made.positive, made.metric) == (built.features, "1", "roc_auc")


def test_wrong_steps_are_refused_with_every_problem():
    wrong = Builder("y", "binary").step("numerc", "a").step("numeric", "a", impute="magic")
    with pytest.raises(PipeWeaveError, match=r"PIP301.*PIP307.*PIP501") as caught:
        wrong.build()
    assert caught.value.details["problems"]


def test_columns_divided_by_time(built):
    spec = Builder("y", "regression").step("numeric", "a").divide(kind="time", column="t").build()
    assert (spec.split.kind, spec.split.column, spec.metric) == ("time", "t", "rmse")
    assert built.split.kind == "hash"


def test_its_example_holds():
    assert doctest.testmod(builder).failed == 0
