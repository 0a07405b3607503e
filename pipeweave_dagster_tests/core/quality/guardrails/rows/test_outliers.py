"""PW606: a few extreme outliers."""

import numpy as np

from pipeweave_dagster_tests.factories import brief

N = 2000


def test_a_misplaced_decimal_point_alerts_and_a_long_tail_passes(findings_of, rng):
    width = 5.7 + rng.normal(size=N) / 2
    width[3] = 58.9
    columns = {"width": width, "income": np.exp(rng.normal(10, 1, N)), "x": rng.normal(size=N)}
    found = findings_of("PW606", {**columns, "y": rng.integers(0, 2, N)})
    assert brief(found) == [("PW606", "alerted", "width")]
