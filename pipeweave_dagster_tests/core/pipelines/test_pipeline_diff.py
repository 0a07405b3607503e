"""What changed between two pipelines, and what is no change."""

import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.pipelines import difference
from pipeweave_dagster_tests.factories import make_pipeline


@pytest.fixture
def spec():
    table = pd.DataFrame(
        {"a": [1.0, 2.0] * 5, "b": ["u", "v"] * 5, "c": ["s", "t"] * 5, "y": [0, 1] * 5}
    )
    return make_pipeline(table, "y", "binary")


def changed(spec, name, **update):
    steps = [s.model_copy(update=update) if s.name == name else s for s in spec.steps]
    return spec.model_copy(update={"steps": steps})


def test_another_imputer_is_one_parameter(spec):
    after = changed(spec, "numbers", params={"impute": "mean", "indicator": True})
    (change,) = difference(spec, after)
    assert change == ("steps.numbers.params.impute", "median", "mean")
    assert change.text == "steps.numbers.params.impute: median → mean"


def test_order_and_reasons_are_no_change(spec):
    turned = spec.model_copy(update={"steps": spec.steps[::-1], "features": spec.features[::-1]})
    assert difference(spec, changed(turned, "numbers", reason="other words")) == []


def test_columns_steps_split_and_metric(spec):
    after = changed(spec, "categories", columns=["b"])
    after = after.model_copy(
        update={
            "features": ["a", "b"],
            "metric": "log_loss",
            "split": spec.split.model_copy(update={"folds": 3, "reason": "asked"}),
            "steps": [s for s in after.steps if s.name != "numbers"],
        }
    )
    assert {change.path for change in difference(spec, after)} == {
        "metric",
        "split.folds",
        "features",
        "steps.numbers",
        "steps.categories.columns",
    }


def test_costs_sensitive_and_dropped_columns(spec):
    update = {"costs": Costs(false_positive=1, false_negative=8), "sensitive": ["b"],
              "dropped": {"z": "holds one value only"}, "overrides": ["PW204"]}  # fmt: skip
    found = difference(spec, spec.model_copy(update=update))
    assert {change.path for change in found} == set(update)
    assert found[0].after == {"false_positive": 1, "false_negative": 8}
