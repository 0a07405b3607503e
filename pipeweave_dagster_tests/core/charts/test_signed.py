"""Charts of values on both sides of zero are safe, and tell the sides apart."""

import re

from pipeweave_dagster.core.charts.signed import signed_bars, signed_map

_BAR = r'<rect class="[bm]" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"'


def test_bars_are_safe_and_go_to_either_side_of_zero(hostile, assert_safe):
    assert_safe(signed_bars([(hostile, 1.0), ("b", float("nan"))], hostile, 1.0))
    assert_safe(signed_bars([], "nothing", 1.0))
    drawn = signed_bars([("up", 2.0), ("down", -1.0)], "Effect", 2.0)
    up, down = ((float(x), float(width)) for x, width in re.findall(_BAR, drawn))
    assert up[1] == 2 * down[1]
    assert abs(down[0] + down[1] - up[0]) < 0.2


def test_cells_show_sign_by_colour_and_size_by_strength(hostile, assert_safe):
    assert_safe(signed_map([hostile], [hostile], [[1.0]], hostile, 1.0))
    drawn = signed_map(["a"], ["x", "y", "z"], [[1.0, -0.5, 0.0]], "Effect", 1.0)
    assert re.findall(r'<rect class="(\w)"', drawn) == ["b", "m"]
    assert 'fill-opacity="0.5"' in drawn
