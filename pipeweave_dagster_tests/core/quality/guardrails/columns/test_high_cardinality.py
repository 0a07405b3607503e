"""PW503: categorical columns with high cardinality are reported."""

from pipeweave_dagster_tests.factories import brief

N = 600


def test_many_categories_are_reported_and_few_pass(findings_of, rng):
    columns = {
        "city": [f"c{i % 150}" for i in range(N)],
        "country": [f"c{i % 100}" for i in range(N)],
        "y": rng.integers(0, 2, N),
    }
    assert brief(findings_of("PW503", columns)) == [("PW503", "fixed", "city")]
