"""The few charts that reports and model pages need, drawn with the SVG writer."""

import math
from collections.abc import Sequence

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import plain

ROW = 24.0


def bar_chart(
    rows: Sequence[tuple[str, float]], title: str, *, top: float | None = None, alone: bool = True
) -> str:
    """Horizontal bars with their label left and their value right.

    Args:
        rows: Label and value, none negative.
        title: What is seen.
        top: The value of a full bar; the largest one if not given.
        alone: Whether the picture brings its own colours.
    """
    label = min(220.0, 16 + 6.6 * max((len(plain(name, 32)) for name, _ in rows), default=0))
    svg = Svg(560, ROW * len(rows) + 8, title)
    most = top or max((value for _, value in rows), default=1.0) or 1.0
    room = 560 - label - 64
    for place, (name, value) in enumerate(rows):
        y = 4 + ROW * place
        svg.text(label - 8, y + 16, plain(name, 32), "end")
        svg.rect(label, y + 4, room * min(1.0, value / most), ROW - 8)
        svg.text(label + room * min(1.0, value / most) + 6, y + 16, number(value))
    return svg.markup(alone=alone)


def histogram_chart(
    edges: Sequence[float],
    counts: Sequence[float],
    title: str,
    *,
    ends: tuple[str, str] | None = None,
    wide: float = 320,
    alone: bool = True,
) -> str:
    """Counts of equal bins as touching bars, with the two ends of the axis.

    Args:
        edges: Shape (bins + 1,).
        counts: Shape (bins,).
        title: What is seen.
        ends: Text of the first and last edge, if they are not plain numbers.
        wide: Width of the picture.
        alone: Whether the picture brings its own colours.
    """
    svg = Svg(wide, 110, title)
    most = max(counts, default=1) or 1
    width = wide / max(1, len(counts))
    tall = [88 * count / most for count in counts]
    tall = [max(1.0, height) if height else 0.0 for height in tall]  # one row must still be seen
    boxes = [(i * width, 90 - h, max(0.5, width - 1), h) for i, h in enumerate(tall) if h]
    svg.bars(boxes)
    svg.line([(0, 90.5), (wide, 90.5)])
    first, last = ends or (number(edges[0]), number(edges[-1]))
    svg.text(0, 105, first)
    svg.text(wide, 105, last, "end")
    return svg.markup(alone=alone)


def column_chart(
    labels: Sequence[str], values: Sequence[float | None], title: str, *, alone: bool = True
) -> str:
    """Upright bars from zero with their labels below; what has no value stays empty.

    Args:
        labels: Name of each bar; every second or third is written where room is short.
        values: Height of each bar.
        title: What is seen.
        alone: Whether the picture brings its own colours.
    """
    svg = Svg(320, 120, title)
    known = [value for value in values if value is not None]
    high, low = max([0.0, *known]), min([0.0, *known])
    scale = 84 / ((high - low) or 1.0)
    zero = 14 + high * scale
    width = 320 / max(1, len(values))
    boxes = []
    for place, value in enumerate(values):
        if value is not None:
            top = zero - max(0.0, value) * scale
            boxes.append((place * width + 1, top, max(1.0, width - 2), abs(value) * scale))
    svg.bars(boxes)
    svg.line([(0, zero), (320, zero)])
    every = max(1, math.ceil(26 / width))
    for place, label in enumerate(labels):
        if place % every == 0:
            svg.text((place + 0.5) * width, 116, plain(label, 8), "middle")
    svg.text(318, 10, number(high if high > -low else low), "end")
    return svg.markup(alone=alone)


def line_chart(
    series: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    title: str,
    *,
    labels: tuple[str, str] = ("", ""),
    diagonal: bool = False,
    alone: bool = True,
) -> str:
    """At most two lines over common axes.

    Args:
        series: Name, x values and y values of each line; values that are no numbers break it.
        title: What is seen.
        labels: Names of the x and the y axis.
        diagonal: Whether to draw the line y = x (for ROC and calibration curves).
        alone: Whether the picture brings its own colours.
    """
    svg = Svg(460, 340, title)
    xs = [x for _, values, _ in series for x in values if math.isfinite(x)] or [0.0]
    ys = [y for _, _, values in series for y in values if math.isfinite(y)] or [0.0]
    low, high = (min(xs), min(ys)), (max(xs), max(ys))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - low[0]) / ((high[0] - low[0]) or 1)
        up = (y - low[1]) / ((high[1] - low[1]) or 1)
        return 56 + 390 * across, 290 - 270 * up

    svg.line([(56, 20), (56, 290), (446, 290)])
    if diagonal:
        svg.line([place(*low), place(*high)])
    for style, (name, x, y) in zip("sq", series[:2], strict=False):
        svg.line([place(a, b) for a, b in zip(x, y, strict=True)], style)
        svg.text(440, 276 - (16 if style == "q" else 0), name, "end")
    for value, at in ((low[0], 56.0), (high[0], 446.0)):
        svg.text(at, 306, number(value), "middle" if at < 100 else "end")
    for value, at in ((low[1], 290.0), (high[1], 26.0)):
        svg.text(50, at, number(value), "end")
    svg.text(250, 330, labels[0], "middle")
    svg.text(16, 155, labels[1], "middle", -90)
    return svg.markup(alone=alone)


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    shares: Sequence[Sequence[float | None]],
    title: str,
    *,
    alone: bool = True,
) -> str:
    """Cells whose strength is a share from 0 to 1; empty cells stay empty.

    Args:
        rows: Names of the rows.
        columns: Names of the columns.
        shares: Shape (rows, columns), from 0 to 1.
        title: What is seen.
        alone: Whether the picture brings its own colours.
    """
    cell = max(10.0, min(34.0, 620 / max(1, len(columns))))
    left = min(190.0, 14 + 6.4 * max((len(plain(name, 26)) for name in rows), default=0))
    above = min(150.0, 14 + 5.4 * max((len(plain(name, 26)) for name in columns), default=0))
    svg = Svg(left + cell * len(columns) + above * 0.5, above + cell * len(rows) + 4, title)
    for j, name in enumerate(columns):
        svg.text(left + cell * (j + 0.5), above - 6, plain(name, 26), "start", -55)
    for i, (name, values) in enumerate(zip(rows, shares, strict=True)):
        svg.text(left - 6, above + cell * (i + 0.5) + 4, plain(name, 26), "end")
        for j, share in enumerate(values):
            if share is not None and share >= 0.02:
                at = (left + cell * j + 0.5, above + cell * i + 0.5)
                svg.rect(*at, cell - 1, cell - 1, opacity=min(1.0, share))
    return svg.markup(alone=alone)
