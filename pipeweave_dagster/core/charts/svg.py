"""Write safe inline SVG: every string is escaped, every number is finite.

Shapes carry one-letter classes, so that a page colours them with its own variables; a standalone
chart contains its own style sheet, for light and dark.
"""

import math
import re
from collections.abc import Sequence
from html import escape, unescape

from pipeweave_dagster.core.safe_text import plain

STYLE = (
    ".m{fill:#2f6f9f}.b{fill:#c8642a}.s{fill:none;stroke:#2f6f9f;stroke-width:2}"
    ".q{fill:none;stroke:#c8642a;stroke-width:2}.g{stroke:#9aa5b1;stroke-width:1}"
    ".t{fill:#26323f;font:12px system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){.m{fill:#6db1e0}.b{fill:#f0a070}.s{stroke:#6db1e0}"
    ".q{stroke:#f0a070}.t{fill:#dde4ec}}"
)
_HEAD = 2_000
_LABEL = re.compile(r'<svg [^>]*aria-label="([^"]*)"')


class Svg:
    """An SVG drawing, in pixels from the top left.

    Args:
        width: Width of the drawing; it scales to the space available.
        height: Height of the drawing.
        title: Text alternative of the drawing.
    """

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        style: str = "m",
        *,
        opacity: float = 1.0,
    ) -> None:
        """Draw a filled rectangle."""
        alpha = "" if opacity >= 1 else f' fill-opacity="{_n(opacity)}"'
        self._parts.append(
            f'<rect class="{style}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(0.0, width))}" '
            f'height="{_n(max(0.0, height))}"{alpha}/>'
        )

    def bars(self, boxes: Sequence[tuple[float, float, float, float]], style: str = "m") -> None:
        """Draw many rectangles (x, y, width, height) as one path, which is small."""
        path = "".join(f"M{_n(x)} {_n(y)}h{_n(w)}v{_n(h)}h{_n(-w)}z" for x, y, w, h in boxes)
        self._parts.append(f'<path class="{style}" d="{path}"/>')

    def line(self, points: Sequence[tuple[float, float]], style: str = "g") -> None:
        """Draw a line through points; it is interrupted where a coordinate is not finite."""
        path, pen = "", "M"
        for x, y in points:
            if math.isfinite(x) and math.isfinite(y):
                path, pen = f"{path}{pen}{_n(x)} {_n(y)}", "L"
            else:
                pen = "M"
        self._parts.append(f'<path class="{style}" fill="none" d="{path}"/>')

    def dot(self, x: float, y: float, radius: float = 4, style: str = "m") -> None:
        """Draw a filled circle."""
        self._parts.append(f'<circle class="{style}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>')

    def text(
        self, x: float, y: float, text: object, anchor: str = "start", rotate: float = 0
    ) -> None:
        """Draw one line of text, cut at 80 characters; `rotate` in degrees around its anchor."""
        turned = f' transform="rotate({_n(rotate)} {_n(x)} {_n(y)})"' if rotate else ""
        place = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{turned}'
        self._parts.append(f'<text class="t" {place}>{escape(plain(text))}</text>')

    def markup(self, *, standalone: bool = True) -> str:
        """Return the SVG element, with its own style sheet if `standalone`."""
        style = f"<style>{STYLE}</style>" if standalone else ""
        title = escape(plain(self.title, 200))
        width, height = _n(self.width), _n(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="{title}">'
            f"{style}{''.join(self._parts)}</svg>"
        )


def label_of(markup: str) -> str:
    """Return the text alternative of an SVG that this module wrote; empty if it has none."""
    match = _LABEL.search(markup[:_HEAD])
    return unescape(match[1]) if match else ""


def _n(value: float) -> str:
    """Return a coordinate with one decimal; below one (opacities), with two."""
    if not math.isfinite(value):
        return "0"
    if abs(value) < 1:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:.1f}".removesuffix(".0")
