"""Charts are well-formed XML, escape every string, and stay small."""

from xml.etree import ElementTree as ET

import pytest

from pipeweave_dagster.core.charts.standard import bar_chart, heat_map, histogram_chart, line_chart

HOSTILE = '"><script>alert(1)</script>&\x00\u202e\ud800' + "x" * 10_000


NAN = float("nan")


@pytest.mark.parametrize(
    "chart",
    [
        bar_chart([(HOSTILE, 1.0), ("b", NAN)], HOSTILE),
        bar_chart([], "nothing"),
        histogram_chart([0, 1, 2], [3, 0], HOSTILE),
        histogram_chart([0], [], "nothing"),
        line_chart([(HOSTILE, [0, NAN, 1], [0, 1, float("inf")])], HOSTILE, diagonal=True),
        line_chart([], "nothing"),
        heat_map([HOSTILE], [HOSTILE], [[None]], HOSTILE),
        heat_map([], [], [], "nothing"),
    ],
)
def test_every_chart_is_safe(chart):
    ET.fromstring(chart)
    assert "<script" not in chart
    assert "nan" not in chart.lower().replace("nan</text>", "")
    assert len(chart) < 10_000
