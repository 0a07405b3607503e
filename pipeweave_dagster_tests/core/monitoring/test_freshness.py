"""What is late, by limits in days."""

from pipeweave_dagster.core.monitoring.freshness import late_parts

DAY = 86_400.0


def test_only_what_is_older_than_its_limit_is_late():
    limits = {"uploads": 7, "model": 30, "predictions": None}
    last = {"uploads": 0.0, "model": 0.0, "predictions": 0.0}
    assert [late.part for late in late_parts(limits, last, 8 * DAY)] == ["uploads"]
    assert late_parts(limits, last, 7 * DAY) == []


def test_what_was_never_made_is_not_late():
    assert late_parts({"model": 1}, {"model": None}, 100 * DAY) == []
