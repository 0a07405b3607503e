"""PW214: rows that were kept because of the outcome, at one end of the time range."""

import datetime as dt

N = 1000
START = dt.date(2020, 1, 1)


def test_rows_kept_because_of_the_outcome_alert(leaks, rng):
    rare = (rng.random(N) < 0.3).astype(int)
    days = [START + dt.timedelta(days=int(d)) for d in rng.integers(0, 300, N)]
    late = [
        day + dt.timedelta(days=400) if y and i % 3 == 0 else day
        for i, (day, y) in enumerate(zip(days, rare, strict=True))
    ]
    found = leaks({"day": late, "x": rng.normal(size=N), "y": rare})
    assert found == [("PW214", "alerted", "day")]


def test_classes_mixed_over_the_whole_time_range_pass(leaks, rng):
    days = [START + dt.timedelta(days=int(d)) for d in rng.integers(0, 300, N)]
    assert leaks({"day": days, "y": (rng.random(N) < 0.3).astype(int)}) == []
