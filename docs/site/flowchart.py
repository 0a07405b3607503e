"""Draw the flowcharts of the documentation as SVG, from their Mermaid source.

Mermaid's own script would have to come from another host, or be shipped for four diagrams. Of its
language this knows what they use: boxes with a name or a label, solid and dotted arrows with or
without a text, from left to right or from top to bottom.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from flowchart_layout import Layout, Point, laid_out

_NODE = re.compile(r'(?P<name>[A-Za-z]\w*)(?:\["(?P<label>[^"]+)"\])?\s*')
_ARROW = re.compile(r"(?:--\s+(?P<solid>\S.*?)\s+-->|-\.\s+(?P<dotted>\S.*?)\s+\.->|-->)\s*")
_LETTER, _HEIGHT, _PADDING = 7.4, 32.0, 12.0
_MARKER = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)


@dataclass(frozen=True)
class Arrow:
    """An arrow between two boxes."""

    start: str
    end: str
    text: str = ""
    dotted: bool = False


@dataclass
class Flowchart:
    """Boxes by name with their labels, and arrows; `across` if it goes from left to right."""

    across: bool
    labels: dict[str, str] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)


def parse(source: str) -> Flowchart:
    """Return the flowchart of a Mermaid source.

    Raises:
        ValueError: If a line is none of what this module knows.
    """
    first, *lines = source.strip().splitlines()
    if first not in {"flowchart LR", "flowchart TB"}:
        raise ValueError(f"not a flowchart that can be drawn: {first!r}")
    chart = Flowchart(across=first.endswith("LR"))
    for line in lines:
        _parse_line(line.strip(), chart)
    return chart


def _parse_line(line: str, chart: Flowchart) -> None:
    node, position, before = _NODE.match(line), 0, None
    while node is not None:
        name = node["name"]
        label = node["label"] or chart.labels.get(name, name)
        chart.labels[name] = label
        if before is not None:
            start, arrow = before
            text = arrow["solid"] or arrow["dotted"] or ""
            chart.arrows.append(Arrow(start, name, text, dotted=arrow["dotted"] is not None))
        position = node.end()
        found = _ARROW.match(line, position)
        if found is None:
            break
        before, position = (name, found), found.end()
        node = _NODE.match(line, position)
    if node is None or position != len(line):
        raise ValueError(f"a line of a flowchart that cannot be drawn: {line!r}")


def svg(source: str) -> str:
    """Return a flowchart as SVG without line breaks, in the colours of the text around it."""
    chart = parse(source)
    sizes = {n: (2 * _PADDING + _LETTER * len(t), _HEIGHT) for n, t in chart.labels.items()}
    texts = [_LETTER * len(arrow.text) for arrow in chart.arrows]
    pairs = [(arrow.start, arrow.end) for arrow in chart.arrows]
    layout = laid_out(sizes, pairs, across=chart.across, room=max(texts, default=0.0))
    width, height = (f"{side:.0f}" for side in layout.size)
    said = escape("; ".join(map(_in_words, chart.arrows)), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="{said}">{_MARKER}'
        f"{''.join(_arrows(chart, layout))}{''.join(_boxes(chart, layout))}</svg>"
    )


def _in_words(arrow: Arrow) -> str:
    return f"{arrow.start} to {arrow.end}" + (f" ({arrow.text})" if arrow.text else "")


def _arrows(chart: Flowchart, layout: Layout) -> Iterable[str]:
    for arrow, points in zip(chart.arrows, layout.lines, strict=True):
        dashes = ' stroke-dasharray="4 4"' if arrow.dotted else ""
        yield f'<path class="arrow" d="{_curve(points, chart.across)}"{dashes}/>'
        if arrow.text:
            (x, y), (to_x, to_y) = points[:2]
            middle = f'x="{(x + to_x) / 2:.0f}" y="{(y + to_y) / 2 + 4:.0f}"'
            yield f'<text class="beside" {middle}>{escape(arrow.text)}</text>'


def _curve(points: list[Point], across: bool) -> str:
    """Return a path that leaves and enters each point in the direction of the chart."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        half_x, half_y = (x + to_x) / 2, (y + to_y) / 2
        bends = (half_x, y, half_x, to_y) if across else (x, half_y, to_x, half_y)
        parts.append("C" + " ".join(f"{v:.1f}" for v in (*bends, to_x, to_y)))
    return "".join(parts)


def _boxes(chart: Flowchart, layout: Layout) -> Iterable[str]:
    for name, label in chart.labels.items():
        (x, y), width = layout.centres[name], 2 * _PADDING + _LETTER * len(label)
        yield (
            f'<rect x="{x - width / 2:.1f}" y="{y - _HEIGHT / 2:.1f}" width="{width:.1f}"'
            f' height="{_HEIGHT:.0f}" rx="4"/><text x="{x:.1f}" y="{y + 4.5:.1f}">{escape(label)}'
            "</text>"
        )
