"""PW403: features that are one-to-one recodes of each other."""

import numpy as np

from pipeweave_dagster_tests.factories import brief

N = 2000


def test_all_recodes_of_a_column_are_found(findings_of, rng):
    sex = rng.integers(0, 2, N)
    gpa = np.round(rng.normal(3.2, 0.3, N), 1)
    columns = {
        "sex": sex,
        "gender": np.where(sex == 1, "female", "male"),
        "male": 1 - sex,
        "gpa": gpa,
        "dnn_score": np.round(gpa * 0.31 + 0.05, 6),
        "y": rng.integers(0, 2, N),
    }
    assert brief(findings_of("PW403", columns)) == [
        ("PW403", "alerted", "gender", "sex"),
        ("PW403", "alerted", "male", "sex"),
        ("PW403", "alerted", "dnn_score", "gpa"),
    ]


def test_correlated_features_pass(findings_of, rng):
    a = rng.integers(0, 7, N)
    columns = {"a": a, "b": np.where(rng.random(N) < 0.01, 0, a), "y": rng.integers(0, 2, N)}
    assert findings_of("PW403", columns) == []
