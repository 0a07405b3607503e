"""A chart with two axes: curves, points and intervals in the unit square."""

from collections.abc import Iterable

from pipeweave_dagster.core.charts.svg import Svg

Ends = tuple[str, str]
Point = tuple[float, float]
_WIDTH, _HEIGHT = 380, 300
_LEFT, _TOP, _SIZE = 60, 34, 220
_MOST_POINTS = 200


class Axes:
    """Two labelled axes; positions along both run from 0 to 1.

    Args:
        title: Heading and text alternative.
        x: Label of the horizontal axis.
        y: Label of the vertical axis.
        x_ends: Texts at the ends of the horizontal axis.
        y_ends: Texts at the ends of the vertical axis.
    """

    def __init__(
        self, title: str, x: str, y: str, *, x_ends: Ends = ("0", "1"), y_ends: Ends = ("0", "1")
    ) -> None:
        self._svg = svg = Svg(_WIDTH, _HEIGHT, title)
        bottom, right = _TOP + _SIZE, _LEFT + _SIZE
        svg.text(_LEFT, 20, title)
        svg.line([(_LEFT, _TOP), (_LEFT, bottom), (right, bottom)])
        svg.text(_LEFT + _SIZE / 2, bottom + 36, x, "middle")
        svg.text(16, _TOP + _SIZE / 2, y, "middle", rotate=-90)
        for end, x_end, y_end in zip((0.0, 1.0), x_ends, y_ends, strict=True):
            svg.text(_LEFT + end * _SIZE, bottom + 18, x_end, "middle")
            svg.text(_LEFT - 6, _TOP + (1 - end) * _SIZE + 4, y_end, "end")

    def diagonal(self) -> None:
        """Draw the grey line y = x."""
        self.reference([(0, 0), (1, 1)])

    def reference(self, points: Iterable[Point]) -> None:
        """Draw a grey line."""
        self._svg.line([_place(point) for point in points], "g")

    def curve(self, points: Iterable[Point]) -> None:
        """Draw a line in the main colour, through at most 200 of the points."""
        self._svg.line([_place(point) for point in _thinned(list(points))], "s")

    def dots(self, points: Iterable[Point], radius: float = 4) -> None:
        """Draw points as circles."""
        for point in points:
            self._svg.dot(*_place(point), radius)

    def interval(self, x: float, low: float, high: float) -> None:
        """Draw an interval as a vertical line."""
        self._svg.line([_place((x, low)), _place((x, high))], "s")

    def markup(self) -> str:
        """Return the chart as a standalone SVG."""
        return self._svg.markup()


def scaled(value: float, low: float, high: float) -> float:
    """Return the position of a value between two bounds, clipped to 0 and 1."""
    return min(1.0, max(0.0, (value - low) / ((high - low) or 1.0)))


def _place(point: Point) -> Point:
    return _LEFT + float(point[0]) * _SIZE, _TOP + (1 - float(point[1])) * _SIZE


def _thinned(points: list[Point]) -> list[Point]:
    if len(points) <= _MOST_POINTS:
        return points
    last = len(points) - 1
    return [points[i * last // (_MOST_POINTS - 1)] for i in range(_MOST_POINTS)]
