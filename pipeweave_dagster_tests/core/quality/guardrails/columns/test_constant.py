"""PW501: constant columns are dropped, nearly constant ones alert."""

from pipeweave_dagster_tests.factories import brief

N = 2000


def test_one_constant_column_of_many_is_dropped(findings_of, rng):
    columns = {f"c{i}": rng.normal(size=N) for i in range(20)} | {"k": [0.0] * N}
    found = findings_of("PW501", {**columns, "y": rng.integers(0, 2, N)})
    assert brief(found) == [("PW501", "fixed", "k")]


def test_a_nearly_constant_column_alerts_and_a_rare_flag_passes(findings_of, rng):
    columns = {"nearly": [1] + [0] * (N - 1), "rare": [1] * 20 + [0] * (N - 20)}
    found = findings_of("PW501", {**columns, "y": rng.integers(0, 2, N)})
    assert brief(found) == [("PW501", "alerted", "nearly")]
