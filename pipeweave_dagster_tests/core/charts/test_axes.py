"""Charts with axes are safe, and draw at most 200 points of a curve."""

from pipeweave_dagster.core.charts.axes import Axes, scaled


def test_axes_are_safe(hostile, assert_safe):
    chart = Axes(hostile, hostile, hostile, x_ends=(hostile, "1"), y_ends=("0", hostile))
    chart.diagonal()
    chart.curve([(0, 0), (0.5, float("nan")), (1, float("inf"))])
    chart.dots([(0.5, 0.5)])
    chart.interval(0.5, 0.2, 0.8)
    assert_safe(chart.markup())


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    chart = Axes("t", "x", "y")
    chart.curve([(i / 4999, i / 4999) for i in range(5000)])
    curve = chart.markup().rsplit("<path", 1)[1]
    assert curve.count("L") == 199
    assert 'd="M60 254' in curve
    assert curve.split('"/>')[0].endswith("280 34")


def test_positions_are_clipped_to_the_axis():
    assert [scaled(v, 0, 4) for v in (-1, 1, 9)] == [0.0, 0.25, 1.0]
    assert scaled(3, 3, 3) == 0.0
