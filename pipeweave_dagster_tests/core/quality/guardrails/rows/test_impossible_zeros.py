"""PW602: implausible zeros in measurements."""

import numpy as np
import pytest

N = 2000


@pytest.mark.parametrize(("rows", "lowest", "digits"), [(3, 5.7, 9), (20, 3.5, 2)])
def test_a_few_isolated_zeros_alert(findings_of, rng, rows, lowest, digits):
    length = np.round(np.clip(lowest + rng.normal(size=N) / 3, lowest - 2, None), digits)
    length[:rows] = 0.0
    [finding] = findings_of("PW602", {"length": length, "y": rng.integers(0, 2, N)})
    assert (finding.columns, finding.evidence["rows"]) == (["length"], rows)
    assert finding.patch == {"columns": {"length": {"missing": ["0"]}}}


def test_zeros_close_to_other_values_pass(findings_of, rng):
    columns = {"price": np.maximum(0, rng.normal(size=N) + 2), "y": rng.integers(0, 2, N)}
    assert findings_of("PW602", columns) == []
