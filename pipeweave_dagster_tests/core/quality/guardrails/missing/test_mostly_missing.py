"""PW301: mostly and entirely empty features."""

import numpy as np
import pyarrow as pa

from pipeweave_dagster.core.documents import DatasetSettings, Override
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


def test_many_columns_are_one_finding(findings_of, rng):
    """85 alerts of one kind hid the three others."""
    y = rng.integers(0, 2, 2000)
    names = [f"s{k}" for k in range(9)]
    columns = {
        name: pa.array(np.where(rng.random(2000) < 0.3, rng.random(2000), np.nan), from_pandas=True)
        for name in names
    }
    columns["told"] = pa.array(
        np.where(rng.random(2000) < 0.3, y + rng.normal(0, 0.3, 2000), np.nan), from_pandas=True
    )
    override = Override(finding="PW301", column="s4", reason="read each second day")
    settings = DatasetSettings(overrides=[override])
    found = findings_of("PW301", {**columns, "y": y}, settings=settings)
    alone, together = ([f for f in found if (len(f.columns) > 1) == many] for many in (False, True))
    assert sorted(f.columns[0] for f in alone) == ["s4", "told"]
    [finding] = together
    assert finding.columns == [name for name in names if name != "s4"]
    assert finding.message.startswith("8 columns have more missing than present values")
    assert [*finding.patch["columns"]] == finding.columns
    few = {name: columns[name] for name in names[:5]}
    assert len(findings_of("PW301", {**few, "y": y})) == 5


def test_many_empty_columns_are_one_finding(findings_of, rng):
    empty = {f"e{k}": pa.nulls(N, pa.float64()) for k in range(7)}
    [finding] = findings_of("PW301", {"x": rng.random(N), **empty, "y": ["a", "b"] * 100})
    assert (finding.state, finding.columns) == ("fixed", [*empty])
    assert "7 columns are empty" in finding.message
