"""The time budget, with a clock that stands still."""

from pipeweave_dagster.core.training.search.budget import TimeBudget


def at(seconds, **budget):
    """A budget that began so many seconds ago."""
    return TimeBudget(started_at=1000.0, now=lambda: 1000.0 + seconds, **budget)


def test_the_reserve_is_not_for_fitting():
    budget = at(10, budget_s=20, reserve_s=3)
    assert (budget.used_s, budget.left_s, budget.until_end_s) == (10, 7, 10)
    assert budget.deadline(0.5) == 1010 + 3.5
    assert at(30, budget_s=20).left_s == 0


def test_a_deadline_is_never_too_near():
    assert at(20, budget_s=20).deadline(0.5, at_least_s=2) == 1022


def test_a_shortened_budget_ends_after_a_part_of_what_is_left():
    budget = at(10, budget_s=20, reserve_s=2).shortened(0.5)
    assert budget.left_s == 4
    assert budget.reserve_s == 2


def test_slow_preparation_enlarges_the_reserve_up_to_a_limit():
    budget = at(0, budget_s=100, reserve_s=3)
    assert budget.with_reserve_for(1).reserve_s == 3
    assert budget.with_reserve_for(50).reserve_s == 15
    assert budget.with_reserve_for(1000).reserve_s == 30


def test_what_follows_the_model_is_left_for_it():
    budget = at(10, budget_s=60, reserve_s=7, after_s=5)
    assert (budget.left_s, budget.until_end_s) == (38, 45)
    assert budget.shortened(0.5).left_s == 19


def test_an_extension_keeps_the_reserves_and_its_limit():
    budget = at(10, budget_s=60, reserve_s=7, after_s=5, most_s=100)
    assert budget.extended(1.5).left_s == 38 + 30
    assert budget.extended(2).budget_s == 100
    assert at(10, budget_s=60, most_s=30).extended(2).budget_s == 60
