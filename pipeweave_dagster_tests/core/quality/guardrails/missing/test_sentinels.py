"""PW302: sentinel numbers for missing values."""

import numpy as np

from pipeweave_dagster.core.documents import DatasetSettings

N = 600


def test_a_repeated_value_far_from_all_others_alerts_until_it_is_declared(findings_of, rng):
    x = rng.normal(size=N)
    sensor = np.where(np.arange(N) < 20, -200.0, 50 + x)
    columns = {"x": x, "sensor": sensor, "y": rng.integers(0, 2, N)}
    [finding] = findings_of("PW302", columns)
    assert finding.columns == ["sensor"]
    assert "it is probably a sentinel for missing values." in finding.message
    assert (finding.evidence["value"], finding.evidence["rows"]) == (-200.0, 20)
    assert finding.patch == {"columns": {"sensor": {"missing": ["-200"]}}}
    assert finding.proposal == 'If so, set columns: {sensor: {missing: ["-200"]}}.'
    accepted = DatasetSettings.model_validate(finding.patch)
    assert findings_of("PW302", columns, settings=accepted) == []


def test_counts_with_many_zeros_pass(findings_of, rng):
    columns = {"x": rng.poisson(3, N), "z": np.maximum(0, rng.normal(size=N))}
    assert findings_of("PW302", {**columns, "y": rng.integers(0, 2, N)}) == []
