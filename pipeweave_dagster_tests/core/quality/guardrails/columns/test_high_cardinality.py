"""PW503: categorical columns with high cardinality are reported."""

import numpy as np
import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import brief, make_dataset

N = 600


def test_many_categories_are_reported_and_few_pass(findings_of, rng):
    columns = {
        "city": [f"c{i % 150}" for i in range(N)],
        "country": [f"c{i % 100}" for i in range(N)],
        "y": rng.integers(0, 2, N),
    }
    assert brief(findings_of("PW503", columns)) == [("PW503", "fixed", "city")]


@pytest.mark.parametrize(
    ("target", "coded"), [("y", "so it is target-enc"), (None, "with a target")]
)
def test_without_a_target_nothing_is_said_to_be_encoded_by_it(tmp_path, target, coded):
    columns = {"city": [f"c{i % 150}" for i in range(N)], "y": [0, 1] * (N // 2)}
    case = make_dataset(tmp_path, columns, target)
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    [finding] = [f for f in found.findings if f.code == "PW503"]
    assert coded in finding.message


def test_texts_and_the_column_of_the_split_are_not_encoded_as_categories(findings_of, rng):
    """Both were said to be target-encoded."""
    patient = np.repeat(np.arange(120), 8)
    rows = len(patient)
    age, weight, level = (rng.normal(size=120)[patient] for _ in range(3))
    words = np.array([f"w{k}" for k in range(90)])
    columns = {
        "patient": [f"p{k}" for k in patient],
        "visit": np.tile(np.arange(8), 120),
        "age": age.round(3),
        "weight": weight.round(3),
        "note": [" ".join(rng.choice(words, 5)) for _ in range(rows)],
        "city": [f"c{i % 150}" for i in range(rows)],
        "y": level + 0.3 * rng.normal(size=rows),
    }
    split = [f for f in findings_of("PW604", columns, "regression") if f.state == "fixed"]
    assert [f.columns for f in split] == [["patient"]]
    types = {"note": "context_specific"}
    found = findings_of("PW503", columns, "regression", types=types)
    assert [f.columns for f in found] == [["city"]]
