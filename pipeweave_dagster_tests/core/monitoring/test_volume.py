"""Unusual numbers of rows."""

import pytest

from pipeweave_dagster.core.monitoring.volume import unusual_volume

USUAL = [1000, 1030, 980, 1010, 995, 1002]


@pytest.mark.parametrize("rows", [0, 300, 2_400])
def test_far_fewer_or_more_rows_are_unusual(rows):
    assert f"{rows:,} rows" in unusual_volume(rows, USUAL)


@pytest.mark.parametrize("rows", [600, 1_000, 1_900])
def test_half_to_twice_the_rows_are_usual(rows):
    assert unusual_volume(rows, USUAL) == ""


def test_batches_that_always_varied_may_vary():
    assert unusual_volume(100, [50, 5_000, 400, 9_000, 30, 1_200]) == ""


def test_few_batches_are_not_judged():
    assert unusual_volume(1, [1000] * 4) == ""
