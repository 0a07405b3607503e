"""Bar charts: horizontal bars, histograms, and columns with positive and negative values."""

import math
from collections.abc import Sequence

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import plain

_ROW = 24.0
_HEADING = 26.0


def bar_chart(
    rows: Sequence[tuple[str, float]],
    title: str,
    *,
    full: float | None = None,
    heading: str = "",
    footnote: str = "",
    standalone: bool = True,
) -> str:
    """Draw horizontal bars with their label on the left and their value on the right.

    Args:
        rows: Label and value of each bar; values are not negative.
        title: Text alternative of the chart.
        full: Value of a full bar; the largest value by default.
        heading: Text above the bars.
        footnote: Text below the bars.
        standalone: Whether the chart contains its own style sheet.
    """
    label = min(220.0, 16 + 6.6 * max((len(plain(name, 32)) for name, _ in rows), default=0))
    top = _HEADING if heading else 0.0
    bottom = top + _ROW * len(rows)
    svg = Svg(560, bottom + (_ROW if footnote else 0) + 8, title)
    if heading:
        svg.text(8, 18, heading)
    largest = full or max((value for _, value in rows), default=1.0) or 1.0
    space = 560 - label - 64
    for place, (name, value) in enumerate(rows):
        y = top + 4 + _ROW * place
        length = space * min(1.0, value / largest)
        svg.text(label - 8, y + 16, plain(name, 32), "end")
        svg.rect(label, y + 4, length, _ROW - 8)
        svg.text(label + length + 6, y + 16, number(value))
    if footnote:
        svg.text(8, bottom + 20, footnote)
    return svg.markup(standalone=standalone)


def histogram_chart(
    edges: Sequence[float],
    counts: Sequence[float],
    title: str,
    *,
    labels: Sequence[str] = (),
    heading: str = "",
    size: tuple[float, float] = (320, 110),
    standalone: bool = True,
) -> str:
    """Draw counts of equal bins as touching bars, with labels along the axis.

    Args:
        edges: Bin edges, shape (bins + 1,).
        counts: Rows per bin, shape (bins,).
        title: Text alternative of the chart.
        labels: Texts along the axis, evenly spaced; the first and last edge by default.
        heading: Text above the bars.
        size: Width and height.
        standalone: Whether the chart contains its own style sheet.
    """
    width, height = size
    svg = Svg(width, height, title)
    if heading:
        svg.text(0, 18, heading)
    space, base = height - 22 - (_HEADING if heading else 0), height - 20
    largest = max(counts, default=1) or 1
    step = width / max(1, len(counts))
    tall = [space * count / largest for count in counts]
    tall = [max(1.0, bar) if bar else 0.0 for bar in tall]  # a single row must still be visible
    svg.bars([(i * step, base - h, max(0.5, step - 1), h) for i, h in enumerate(tall) if h])
    svg.line([(0, base + 0.5), (width, base + 0.5)])
    labels = labels or (number(edges[0]), number(edges[-1]))
    for place, label in enumerate(labels):
        anchor = {0: "start", len(labels) - 1: "end"}.get(place, "middle")
        svg.text(width * place / max(1, len(labels) - 1), base + 15, label, anchor)
    return svg.markup(standalone=standalone)


def column_chart(
    labels: Sequence[str], values: Sequence[float | None], title: str, *, standalone: bool = True
) -> str:
    """Draw upright bars from zero with their labels below; a missing value leaves a gap.

    Args:
        labels: Label of each bar; only every second or third is shown where space is short.
        values: Height of each bar.
        title: Text alternative of the chart.
        standalone: Whether the chart contains its own style sheet.
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
    return svg.markup(standalone=standalone)
