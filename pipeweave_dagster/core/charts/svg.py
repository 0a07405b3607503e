"""A small writer of safe inline SVG: every string is escaped, every number is finite.

Shapes carry one-letter classes, so that a page colours them with its own variables; a picture
that stands alone brings its own style, light and dark.
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
    """A picture that is drawn from the top left, in pixels.

    Args:
        width: Width of the drawing; it scales to the room it gets.
        height: Height of the drawing.
        title: What is seen, for those who cannot see it.
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
        name: str = "m",
        *,
        opacity: float = 1.0,
    ) -> None:
        """A filled rectangle."""
        see = "" if opacity >= 1 else f' fill-opacity="{_n(opacity)}"'
        self._parts.append(
            f'<rect class="{name}" x="{_n(x)}" y="{_n(y)}" width="{_n(max(0.0, width))}" '
            f'height="{_n(max(0.0, height))}"{see}/>'
        )

    def bars(self, boxes: Sequence[tuple[float, float, float, float]], name: str = "m") -> None:
        """Many rectangles (x, y, width, height) as one path, which is small."""
        path = "".join(f"M{_n(x)} {_n(y)}h{_n(w)}v{_n(h)}h{_n(-w)}z" for x, y, w, h in boxes)
        self._parts.append(f'<path class="{name}" d="{path}"/>')

    def line(self, points: Sequence[tuple[float, float]], name: str = "g") -> None:
        """A line through points; points that are no numbers break it."""
        path, pen = "", "M"
        for x, y in points:
            if math.isfinite(x) and math.isfinite(y):
                path, pen = f"{path}{pen}{_n(x)} {_n(y)}", "L"
            else:
                pen = "M"
        self._parts.append(f'<path class="{name}" fill="none" d="{path}"/>')

    def dot(self, x: float, y: float, radius: float = 4, name: str = "m") -> None:
        """A filled circle."""
        self._parts.append(f'<circle class="{name}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>')

    def text(
        self, x: float, y: float, text: object, anchor: str = "start", turn: float = 0
    ) -> None:
        """A line of text at most 80 characters long; `turn` in degrees around its anchor."""
        at = f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
        place = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{at}'
        self._parts.append(f'<text class="t" {place}>{escape(plain(text))}</text>')

    def markup(self, *, alone: bool = True) -> str:
        """The SVG element; `alone` brings the style along, as a picture outside a page needs it."""
        style = f"<style>{STYLE}</style>" if alone else ""
        title = escape(plain(self.title, 200))
        wide, high = _n(self.width), _n(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
            f'height="{high}" role="img" aria-label="{title}">{style}{"".join(self._parts)}</svg>'
        )


def _n(value: float) -> str:
    """A coordinate with one decimal (opacities are below one and get two)."""
    if not math.isfinite(value):
        return "0"
    return (
        f"{value:.2f}".rstrip("0").rstrip(".")
        if abs(value) < 1
        else f"{value:.1f}".removesuffix(".0")
    )


def label_of(markup: str) -> str:
    """What a picture of `Svg` shows; empty if it does not say."""
    found = _LABEL.search(markup[:_HEAD])
    return unescape(found[1]) if found else ""
