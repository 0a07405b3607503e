"""Charts of values on both sides of zero: bars, and a map of cells."""

from collections.abc import Sequence

from pipeweave_dagster.core.charts.svg import Svg
from pipeweave_dagster.core.number_format import number
from pipeweave_dagster.core.safe_text import plain

_ROW, _HEADING, _WIDTH, _VALUE = 22.0, 26.0, 420.0, 56.0
_LEAST = 0.02
_ABOVE, _BELOW = "b", "m"


def signed_bars(rows: Sequence[tuple[str, float]], title: str, reach: float) -> str:
    """Draw horizontal bars from zero to either side, with their labels on the left.

    Args:
        rows: Label and value of each bar.
        title: Heading and text alternative of the chart.
        reach: Absolute value of a bar of full length.
    """
    label = min(190.0, 16 + 6.6 * max((len(plain(name, 26)) for name, _ in rows), default=0))
    svg = Svg(_WIDTH, _HEADING + _ROW * len(rows) + 8, title)
    svg.text(8, 18, title)
    half = (_WIDTH - label - 2 * _VALUE) / 2
    zero = label + _VALUE + half
    for place, (name, value) in enumerate(rows):
        y = _HEADING + 4 + _ROW * place
        length = half * min(1.0, abs(value) / reach)
        svg.text(label - 8, y + 13, plain(name, 26), "end")
        svg.rect(
            zero if value > 0 else zero - length, y + 2, length, _ROW - 6,
            _ABOVE if value > 0 else _BELOW,
        )  # fmt: skip
        side = zero + length + 4 if value > 0 else zero - length - 4
        svg.text(side, y + 13, number(value), "start" if value > 0 else "end")
    svg.line([(zero, _HEADING), (zero, _HEADING + _ROW * len(rows) + 4)])
    return svg.markup()


def signed_map(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float]],
    title: str,
    reach: float,
) -> str:
    """Draw cells whose colour shows the sign of a value, and whose strength shows its size.

    Args:
        rows: Labels of the rows.
        columns: Labels of the columns.
        values: Shape (rows, columns).
        title: Heading and text alternative of the chart.
        reach: Absolute value of full strength.
    """
    left = min(150.0, 14 + 6.4 * max((len(plain(name, 20)) for name in rows), default=0))
    above = _HEADING + min(110.0, 14 + 5.4 * max((len(plain(n, 20)) for n in columns), default=0))
    cell = max(9.0, min(26.0, (_WIDTH - left - 60) / max(1, len(columns))))
    width = max(left + cell * len(columns) + 60, 8 + 7.2 * len(plain(title)))
    svg = Svg(width, above + max(cell, 14.0) * len(rows) + 6, title)
    svg.text(8, 18, title)
    for j, name in enumerate(columns):
        svg.text(left + cell * (j + 0.5), above - 6, plain(name, 20), "start", -55)
    tall = max(cell, 14.0)
    for i, (name, line) in enumerate(zip(rows, values, strict=True)):
        svg.text(left - 6, above + tall * (i + 0.5) + 4, plain(name, 20), "end")
        for j, value in enumerate(line):
            strength = min(1.0, abs(value) / reach)
            if strength >= _LEAST:
                style = _ABOVE if value > 0 else _BELOW
                x, y = left + cell * j + 0.5, above + tall * i + 0.5
                svg.rect(x, y, cell - 1, tall - 1, style, opacity=strength)
    return svg.markup()
