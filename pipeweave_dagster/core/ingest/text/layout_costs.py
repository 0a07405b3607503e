"""The cost, in bits, of every division of the first lines into titles, header and body."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from pipeweave_dagster.core.ingest.text.cells_below import CellsBelow
from pipeweave_dagster.core.ingest.text.column_model import ColumnModel, TableModel
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.header_rows import can_be_header, repeated_headers
from pipeweave_dagster.core.ingest.text.line_roles import row_bits, title_bits
from pipeweave_dagster.core.ingest.text.lines_above_names import LinesAboveNames
from pipeweave_dagster.core.ingest.text.lone_column import LoneColumn
from pipeweave_dagster.core.ingest.text.name_costs import header_bits

_HEADER_BITS = (3.5, 0.2, 6.0, 9.0, 11.0, 13.0, 15.0)
"""Bits for the number of header rows."""
_TITLES_ALONE_BITS = 6.0
"""Titles above a table without a header are rare."""
_VALUE_AS_NAME_BITS = 8.0
"""A name that occurs again below, as one of the values of its column, is rather a value."""
_MODEL_CELLS, _MIN_MODEL_ROWS = 30_000, 30


def layout_bits(lines: list[Line], look_ahead: int) -> Iterator[tuple[float, int, int]]:
    """Yield the bits of every layout, with its number of preamble and of header rows.

    Args:
        lines: The first lines of the file, at least two.
        look_ahead: Greatest number of lines above the body.
    """
    last = min(look_ahead, len(lines) - 1)
    bodies = [*_bodies(lines, look_ahead, last)]
    again, lone, above = CellsBelow(lines), LoneColumn(lines), LinesAboveNames(lines)
    titles = [*accumulate(_title_bits(lines[:last], bodies[0]), initial=0.0)]
    for start, body in enumerate(bodies):
        for header, bits_of_count in enumerate(_HEADER_BITS[: start + 1]):
            block = lines[start - header : start]
            if can_be_header(block, body.models):
                bits = titles[start - header] + bits_of_count + body.bits
                bits += _TITLES_ALONE_BITS if start and not header else 0.0
                bits += _VALUE_AS_NAME_BITS * lone.is_value(block) + above.bits(start, header)
                yield bits + _names_bits(block, start, body, again), start - header, header


def _names_bits(block: list[Line], start: int, body: "_Body", again: CellsBelow) -> float:
    """Return the bits of the lines of a header above a body that begins at `start`."""
    if not block:
        return 0.0
    return header_bits(block, body.models) + _VALUE_AS_NAME_BITS * again.values_among(block, start)


def _title_bits(lines: list[Line], body: "_Body") -> Iterator[float]:
    for index, line in enumerate(lines):
        first = index == 0 or not lines[index - 1].filled
        yield title_bits(line, body.models, first=first, counted=index in body.counted)


@dataclass(frozen=True)
class _Body:
    """The body, if it begins on a certain line: a model per column, from which lines, and bits."""

    models: list[ColumnModel]
    counted: set[int]
    bits: float


def _bodies(lines: list[Line], look_ahead: int, last: int) -> Iterator[_Body]:
    """Yield the body for each line on which it may begin.

    The models are made from the rows behind the first ones, so that a preamble does not count as
    data; only in a short file from those on which the body may begin.
    """
    content = [i for i, line in enumerate(lines) if line.filled] or [0]
    middle = max(1, content[min(look_ahead, len(content) // 2)])
    end = len(lines) if len(lines) <= 2 * look_ahead else middle
    most = max(_MIN_MODEL_ROWS, _MODEL_CELLS // max(1, len(lines[0].cells)))
    repeated = repeated_headers(lines)
    reference: _Reference | None = None
    first, costs = 0, [0.0]
    for start in range(last + 1):
        if reference is None or start > middle:
            rows = [i for i in content if i >= max(start, middle) and i not in repeated]
            reference, first = _Reference(lines, rows[:most]), start
            costs = [reference.bits(i) if i not in repeated else 0.0 for i in range(start, end)]
        yield _Body(reference.models, reference.counted, sum(costs[start - first :]))


class _Reference:
    """Models of the columns, made from some of the lines."""

    def __init__(self, lines: list[Line], rows: list[int]) -> None:
        self._lines = lines
        self.counted = {i for i in rows if lines[i].is_complete} or {*rows}
        self._blank = -math.log2(_share_of_blank_lines(lines, rows))
        self._ragged = (len(rows) - len(self.counted) + 0.5) / (len(rows) + 1)
        cells = [lines[i].cells for i in sorted(self.counted)]
        table = TableModel(cells)
        columns = zip(*cells, strict=True) if cells else [()] * len(lines[0].cells)
        self.models = [ColumnModel([*column], table) for column in columns]

    def bits(self, index: int) -> float:
        """Return the bits of a line as a row."""
        if not self._lines[index].filled:
            return self._blank
        counted = index in self.counted
        return row_bits(self._lines[index], self.models, self._ragged, counted=counted)


def _share_of_blank_lines(lines: list[Line], rows: list[int]) -> float:
    """Return the share of blank lines among those between the first and the last of some rows."""
    between = range(rows[0], rows[-1] + 1) if rows else range(0)
    blank = sum(not lines[i].filled for i in between)
    return (blank + 0.5) / (len(between) + 1)
