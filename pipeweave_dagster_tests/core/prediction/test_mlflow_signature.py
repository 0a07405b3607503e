"""A client of MLflow is held to the columns of the model, and may send values of any type."""

import json

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster_tests.factories.ways_in import file_model

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
ROWS = 120


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    rng = np.random.default_rng(1)
    lines = [
        f"{i % 9},{rng.normal():.3f},{'ab'[i % 2]},{['no', 'yes'][i % 9 > 4]}" for i in range(ROWS)
    ]
    text = "\n".join(["count,size,kind,y", *lines])
    return file_model(text, "y", "binary", tmp_path_factory.mktemp("signature"))


@pytest.fixture(scope="module")
def served(model):
    return model.in_mlflow()


def test_integers_with_missing_values_are_predicted(model, served):
    """MLflow would refuse them for a column of `long`, and a signature was dropped for them."""
    rows = pd.DataFrame(
        {"count": pd.array([1, None], dtype="Int64"), "size": [1, 2], "kind": ["a", None]}
    )
    pd.testing.assert_frame_equal(served.predict(rows), model.by_rows(rows).predictions)


def test_a_missing_or_misspelled_column_is_refused_with_its_name(served):
    rows = pd.DataFrame({"Count": [1], "size": [2.0], "kind": ["a"]})
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException, match="count"):
        served.predict(rows)


def test_signature_types_and_example_are_with_the_model(model, served):
    assert served.metadata.get_input_schema().input_names() == ["count", "size", "kind"]
    assert served.metadata.metadata["column_types"] == {
        "count": "integer", "size": "number", "kind": "text",
    }  # fmt: skip
    example = served.metadata.load_input_example(str(model.folder / "mlflow"))
    assert set(example) == {"count", "size", "kind"}
    assert len(served.predict(example)) == 1
    assert json.dumps(example.to_dict("records"))
