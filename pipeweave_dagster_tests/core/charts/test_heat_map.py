"""Heat maps are safe and small, and leave cells without a share empty."""

from pipeweave_dagster.core.charts.heat_map import heat_map


def test_heat_maps_are_safe(hostile, assert_safe):
    assert_safe(heat_map([hostile], [hostile], [[None]], hostile, texts=[[hostile]]))
    assert_safe(heat_map([], [], [], "nothing", heading=hostile))


def test_cells_without_a_share_stay_empty():
    chart = heat_map(["a"], ["x", "y"], [[0.5, None]], "map")
    assert chart.count("<rect") == 1
