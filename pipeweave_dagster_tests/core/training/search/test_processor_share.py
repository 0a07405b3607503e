"""The share of the processor time that was got, from counts and a clock that are given."""

import pytest

from pipeweave_dagster.core.training.search.processor_share import ProcessorShare, extension

S = 10**9


def share_of(*samples, processors=2):
    """The share after samples of (seconds on the clock, counts per thread)."""
    moments = [(0.0, {}), *samples]
    counts, clock = iter([c for _, c in moments]), iter([at for at, _ in moments])
    meter = ProcessorShare(lambda: next(counts), processors, lambda: next(clock))
    for _ in samples[:-1]:
        meter.sample()
    return meter.share()


def test_it_is_what_ran_of_what_could_have_run():
    assert share_of((3.0, {1: (2 * S, 1 * S), 2: (2 * S, 1 * S)})) == pytest.approx(2 / 3)


def test_threads_that_ended_still_count():
    first = (2.0, {1: (2 * S, 0), 2: (1 * S, 1 * S)})
    assert share_of(first, (4.0, {1: (3 * S, 1 * S)})) == pytest.approx(4 / 6)


def test_a_number_that_is_given_again_is_another_thread():
    assert share_of((4.0, {7: (4 * S, 0)}), (6.0, {7: (1 * S, 1 * S)})) == pytest.approx(5 / 6)


def test_threads_that_wait_for_each_other_do_not_make_a_machine_busy():
    four = dict.fromkeys(range(4), (1 * S, 1 * S))
    assert share_of((2.0, four)) == 1.0


def test_it_is_unknown_where_nothing_is_counted():
    assert share_of((9.0, {})) is None
    assert share_of((0.5, {1: (S // 2, 0)})) is None


def test_this_machine_counts_its_threads_or_says_nothing():
    with ProcessorShare() as meter:
        share = meter.share()
    assert share is None or 0 <= share <= 1


@pytest.mark.parametrize(
    ("share", "short", "factor"),
    [
        (None, True, 1.0),
        (0.75, True, 1.0),
        (0.6, True, 1.25),
        (0.6, False, 1.0),  # one other process on two cores, and every family had its time
        (0.45, False, 0.75 / 0.45),
        (0.375, False, 2.0),
        (0.1, True, 2.0),
        (0.0, True, 2.0),
    ],
)
def test_a_budget_is_extended_by_what_is_missing_up_to_double(share, short, factor):
    assert extension(share, short=short) == pytest.approx(factor)
