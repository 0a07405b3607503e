"""Two daemons by mistake: each run is requested once."""

from pipeweave_dagster.lib.recent_requests import FORGOTTEN_AFTER_S, RecentRequests


def test_what_a_tick_has_requested_no_other_tick_requests_within_a_minute() -> None:
    now = [0.0]
    recent = RecentRequests(clock=lambda: now[0])
    assert recent.claim(["a", "b"])
    assert not recent.claim(["b", "c"]), "all or none: the cursor must not pass over c"
    assert recent.claim(["c"])
    assert recent.claim([])
    now[0] = FORGOTTEN_AFTER_S + 1
    assert recent.claim(["b"]), "the daemon may have been killed before it created the run"
