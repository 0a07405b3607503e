"""Training, scores and explanations share the time of the whole command."""

import pytest

from pipeweave_dagster.core.time_plan import slice_left_s, slice_s, training_s


@pytest.mark.parametrize("budget", [20, 30, 60, 120, 180, 300, 600, 3600])
def test_all_parts_together_take_at_most_ten_seconds_more_than_the_budget(budget):
    imports_and_registry, scores = 5, 5
    together = training_s(budget) + imports_and_registry + scores + slice_s(budget)
    assert together <= budget + 10


@pytest.mark.parametrize("budget", [1, 5, 10, 20, 60, 600])
def test_training_keeps_most_of_the_budget(budget):
    assert 0.75 * budget <= training_s(budget) <= budget
    assert min(5, budget) <= slice_s(budget) <= 30


@pytest.mark.parametrize("budget", [0.5, 1, 2, 4.9])
def test_what_explains_a_model_takes_no_longer_than_a_small_budget(budget):
    assert slice_s(budget) == budget
    assert training_s(budget) == 0.75 * budget


@pytest.mark.parametrize("budget", [5, 20, 60, 600])
@pytest.mark.parametrize("late", [0.0, 1.0, 3.0, 100.0])
def test_the_slice_is_shorter_where_what_came_before_took_longer(budget, late):
    planned = slice_s(budget)
    used = budget + 10 - 1.5 - planned + late
    left = slice_left_s(planned, budget, used)
    assert planned / 2 <= left <= planned
    assert left == planned - late or left == planned / 2
