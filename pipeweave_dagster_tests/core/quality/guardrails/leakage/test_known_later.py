"""PW201: columns that are declared to be known too late are blocked."""

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings

N = 1000


def known_at(**moments):
    columns = {name: ColumnSetting(known_at=moment) for name, moment in moments.items()}
    return DatasetSettings(columns=columns)


def test_a_later_date_and_the_word_after_are_blocked_and_an_earlier_date_passes(leaks, rng):
    settings = known_at(y="2024-05-01", x="2024-06-01", z="2024-01-01", w="after")
    x = rng.normal(size=N)
    found = leaks({"x": x, "z": x**2, "w": x**3, "y": rng.integers(0, 2, N)}, settings=settings)
    assert found == [("PW201", "blocked", "x"), ("PW201", "blocked", "w")]


def test_what_is_known_at_arrival_cannot_predict_the_delay_at_arrival(findings_of, rng):
    settings = known_at(y="arrival", arr_time="arrival", air_time="arrival")
    x = rng.normal(size=N)
    columns = {"arr_time": x, "air_time": x**2, "dep_hour": rng.integers(0, 24, N), "y": x * 9}
    found = findings_of("PW201", columns, "regression", settings=settings)
    assert [f.columns for f in found] == [["arr_time"], ["air_time"]]
