"""Whether one more unit fits, with a clock that is set by hand."""

from pipeweave_dagster.core.pace import Pace


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def test_without_a_limit_everything_fits():
    pace = Pace()
    assert pace.fits()
    assert not pace.is_cut


def test_the_slowest_unit_so_far_tells_whether_another_one_fits():
    clock = Clock()
    pace = Pace(end=10, now=clock)
    assert pace.fits()
    clock.at = 4
    assert pace.fits()  # 4 s each: the next one ends at 8
    clock.at = 7
    assert not pace.fits()  # 4 s at most would end at 11
    assert pace.is_cut


def test_a_predicted_unit_that_is_too_long_is_not_begun():
    pace = Pace(end=10, now=Clock())
    pace.expect(11)
    assert not pace.fits()


def test_nothing_fits_once_the_time_is_over():
    clock = Clock()
    clock.at = 10
    assert not Pace(end=10, now=clock).fits()
