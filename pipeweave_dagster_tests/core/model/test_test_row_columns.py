"""The columns of test rows are those that serving writes, and features keep their names."""

import numpy as np

from pipeweave_dagster.core.model.bundle_scores import prediction_columns
from pipeweave_dagster.core.model.test_row_columns import (
    baseline_columns,
    feature_names,
    output_columns,
    sensitive_names,
)


def test_output_columns_are_those_of_serving():
    scores = prediction_columns({"classes": ["n", "y"]}, np.array([[0.3, 0.7]]))
    assert [c for c in scores.columns if c != "prediction"] == output_columns(["n", "y"])
    assert list(prediction_columns({"classes": []}, np.zeros(2)).columns) == output_columns([])


def test_baseline_columns_are_one_per_class():
    assert baseline_columns(["n", "y"]) == ["baseline_n", "baseline_y"]
    assert baseline_columns([]) == ["baseline"]


def test_prefixes_are_removed_once():
    columns = ["target", "feature:a", "feature:feature:b", "sensitive:sex"]
    assert feature_names(columns) == {"feature:a": "a", "feature:feature:b": "feature:b"}
    assert sensitive_names(columns) == {"sensitive:sex": "sex"}
