"""PW503: categorical columns with high cardinality are reported."""

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
