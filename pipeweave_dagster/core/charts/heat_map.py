"""A heat map: cells whose strength shows a share."""

from collections.abc import Sequence

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.safe_text import plain

_LEAST = 0.02


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    shares: Sequence[Sequence[float | None]],
    title: str,
    *,
    texts: Sequence[Sequence[object]] | None = None,
    heading: str = "",
    standalone: bool = True,
) -> str:
    """Draw cells whose strength is a share; cells without a share stay empty.

    Args:
        rows: Labels of the rows.
        columns: Labels of the columns.
        shares: Shape (rows, columns), from 0 to 1.
        title: Text alternative of the chart.
        texts: Text of each cell, shape (rows, columns).
        heading: Text above the map.
        standalone: Whether the chart contains its own style sheet.
    """
    space, most = (620, 34.0) if texts is None else (220, 110.0)
    cell = max(10.0, min(most, space / max(1, len(columns))))
    left = min(190.0, 14 + 6.4 * max((len(plain(name, 26)) for name in rows), default=0))
    labels = min(150.0, 14 + 5.4 * max((len(plain(name, 26)) for name in columns), default=0))
    above = labels + (26 if heading else 0)
    svg = Svg(left + cell * len(columns) + labels * 0.5, above + cell * len(rows) + 4, title)
    if heading:
        svg.text(8, 18, heading)
    for j, name in enumerate(columns):
        svg.text(left + cell * (j + 0.5), above - 6, plain(name, 26), "start", -55)
    for i, (name, values) in enumerate(zip(rows, shares, strict=True)):
        svg.text(left - 6, above + cell * (i + 0.5) + 4, plain(name, 26), "end")
        for j, share in enumerate(values):
            x, y = left + cell * j + 0.5, above + cell * i + 0.5
            if share is not None and share >= _LEAST:
                svg.rect(x, y, cell - 1, cell - 1, opacity=min(1.0, share))
            if texts is not None:
                svg.text(x + cell / 2, y + cell / 2 + 4, texts[i][j], "middle")
    return svg.markup(standalone=standalone)
