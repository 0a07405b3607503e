"""PW301: mostly and entirely empty features."""

import numpy as np
import pyarrow as pa

from pipeweave_dagster_tests.factories import brief

N = 200


def test_a_mostly_empty_feature_alerts_and_an_empty_one_is_dropped(findings_of, rng):
    columns = {
        "x": rng.random(N),
        "mostly": [None] * 150 + rng.random(50).tolist(),
        "empty": pa.nulls(N, pa.float64()),
        "y": ["a", "b"] * 100,
    }
    found = findings_of("PW301", columns)
    assert sorted(brief(found)) == [("PW301", "alerted", "mostly"), ("PW301", "fixed", "empty")]
    assert all(f.patch == {"columns": {f.columns[0]: {"drop": True}}} for f in found)


def test_a_predictive_feature_is_not_proposed_for_dropping(findings_of, rng):
    y = rng.integers(0, 2, 2000)
    sparse = np.where(np.arange(2000) % 3 == 0, y + rng.normal(0, 0.3, 2000), np.nan)
    columns = {"sparse": pa.array(sparse, from_pandas=True), "y": y}
    [finding] = findings_of("PW301", columns)
    assert finding.patch == {}
    assert "keep it" in finding.proposal


def test_a_few_missing_values_pass(findings_of, rng):
    columns = {"x": [None] * 50 + rng.random(150).tolist(), "y": ["a", "b"] * 100}
    assert findings_of("PW301", columns) == []
