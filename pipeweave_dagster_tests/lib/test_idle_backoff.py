"""A quiet landing zone is listed seldom, a busy one at every tick."""

from pipeweave_dagster.lib.idle_backoff import IdleBackoff

_TICK_S = 3


def listings(objects: int, seconds: int, *, active: bool = False) -> int:
    """How often a sensor that ticks every 3 s lists within some time."""
    now, count = [0.0], 0
    backoff = IdleBackoff(lambda: now[0])
    while now[0] < seconds:
        if backoff.pause_s() == 0:
            backoff.listed(objects, active=active)
            count += 1
        now[0] += _TICK_S
    return count


def test_a_hundred_thousand_objects_are_listed_once_a_minute() -> None:
    """They were listed every 3 s: 100 requests each time, and 2,880,000 a day."""
    assert listings(100_000, 3600) <= 80
    assert listings(100, 3600) <= 600


def test_where_something_arrives_every_tick_lists() -> None:
    assert listings(100_000, 600, active=True) == 200
    assert listings(100, 60) == 20


def test_a_pause_ends_when_it_said() -> None:
    now = [0.0]
    backoff = IdleBackoff(lambda: now[0])
    assert backoff.pause_s() == 0
    now[0] = 1000
    backoff.listed(100_000, active=False)
    now[0] = 1020
    assert backoff.pause_s() == 40
    now[0] = 1060
    assert backoff.pause_s() == 0
    backoff.listed(100_001, active=True)
    assert backoff.pause_s() == 0
