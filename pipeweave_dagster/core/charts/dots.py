"""Dot charts: values of named rows along one axis that need not begin at 0."""

from collections.abc import Sequence

from pipeweave_dagster.core.charts.axes import scaled
from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import plain

_WIDTH, _ROW, _HEADING = 560.0, 24.0, 26.0
_LONGEST = 32


def dot_chart(rows: Sequence[tuple[str, float]], title: str) -> str:
    """Draw a dot per row, its label on the left and its value on the right.

    Args:
        rows: Label and value of each dot.
        title: Heading and text alternative of the chart.

    Returns:
        A standalone SVG.
    """
    left = min(220.0, 20 + 6.6 * max((len(plain(name, _LONGEST)) for name, _ in rows), default=0))
    right = _WIDTH - 80
    values = [value for _, value in rows]
    svg = Svg(_WIDTH, _HEADING + _ROW * len(rows) + 8, title)
    svg.text(8, 18, title)
    for place, (name, value) in enumerate(rows):
        y = _HEADING + _ROW * (place + 0.5)
        svg.text(left - 12, y + 4, plain(name, _LONGEST), "end")
        svg.line([(left, y), (right, y)])
        svg.dot(left + scaled(value, min(values), max(values)) * (right - left), y)
        svg.text(right + 12, y + 4, number(value))
    return svg.markup()
