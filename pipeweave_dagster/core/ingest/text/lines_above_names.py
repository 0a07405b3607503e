"""Lines with several cells above the names of the columns, which are neither names nor rows.

Banks write the account and its balance above the table: `Konto;1234;05.02.2024;99,50`. Alone, such
a line looks more like a header than like a title. Instruments and archives write settings per
column (`Samples 40 40` of LabVIEW, `!Sample_title a b` of GEO) or one per line (`Interval,0.0005`
and `Units,s` of oscilloscopes), and a line that ends them (`***End_of_Header***`,
`!series_matrix_table_begin`) right above the names.
"""

import re
from itertools import pairwise

from pipeweave_dagster.core.ingest.text.column_model import cell_kind
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.header_annotations import annotations_below
from pipeweave_dagster.core.ingest.text.header_rows import has_only_names, tells_apart
from pipeweave_dagster.core.ingest.text.name_costs import is_year, name_kind
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED

_NAMES_AS_ROW_BITS, _EQUAL_NAMES_BITS = 60.0, 8.0
_MOST_ABOVE, _MIN_ROWS, _ROWS, _MIN_TYPED = 40, 3, 30, 2
_TYPED_SHARE = 0.8
_LEAST_SETTINGS, _SURE_ROWS = 3, 9
"""Lines above, and rows of values alone, that tell settings from a header followed by words."""
_COMMENT_BITS, _MOST_DIGITS = 100.0, 10
_MARK = re.compile("#+|%+|//+|!+")
_COMMENT = re.compile(rf"(?:{_MARK.pattern})(?:\s|$)")


class LinesAboveNames:
    """What the lines right above and below the names of a table say about a layout.

    Args:
        lines: The first lines of a file.

    Attributes:
        names: The place of names below lines that cannot be rows; None where there are none.
    """

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        last = min(_MOST_ABOVE, len(lines) - _MIN_ROWS - 1)
        found = (i for i in range(last, 0, -1) if self._names_below_values(i))
        self.names = next(found, None)
        self._comment = _last_comment(lines)

    def bits(self, start: int, header: int) -> float:
        """Return the bits of a body that begins at `start`, below a number of header rows.

        They are for names among the rows, for equal names that a line above tells apart, and for
        comments that are no titles.
        """
        bits = _COMMENT_BITS * max(0, self._comment + 1 - (start - header))
        if self.names is not None and start <= self.names:
            bits += _NAMES_AS_ROW_BITS * (1 + sum(map(_has_fields, self._lines[: self.names])))
        if (
            header == 1
            and start > 1
            and tells_apart(self._lines[start - 2], self._lines[start - 1])
        ):
            bits += _EQUAL_NAMES_BITS
        return bits

    def _names_below_values(self, index: int) -> bool:
        """Return whether a line names typed columns, and the lines above are not rows of them."""
        line, above = self._lines[index], self._lines[:index]
        if not _is_full_of_names(line):
            return False
        ended = not _has_fields(above[-1]) and any(map(_has_fields, above))
        apart = any(map(_is_value, above[-1].cells)) and not any(map(_is_full_of_names, above))
        if not ended and not apart and not self._are_settings(index):
            return False
        below = [row for row in self._lines[index + 1 :][:_ROWS] if row.filled and row.is_complete]
        columns = [[row.cells[j] for row in below] for j in range(len(line.cells))]
        typed = [j for j, column in enumerate(columns) if _is_typed(column)]
        named = [j for j in typed if name_kind(line.cells[j]) not in TYPED]
        if len(below) < _MIN_ROWS or len(named) < _MIN_TYPED:
            return False
        if not ended and not apart and (len(below) < _SURE_ROWS or len(named) < len(columns)):
            return False
        like_rows = sum(_is_like(columns, line, named) for line in above)
        return 2 * like_rows < sum(map(_has_fields, above)) if ended else not like_rows

    def _are_settings(self, index: int) -> bool:
        """Return whether lines above another may be settings: words beside words and values."""
        above = self._lines[:index]
        valued = any(_is_value(cell) for line in above for cell in line.cells)
        many = sum(map(_has_fields, above)) >= _LEAST_SETTINGS
        return valued and many and not annotations_below(self._lines, index - 1)


def _last_comment(lines: list[Line]) -> int:
    """Return the place of the last of several comments above the rows, -1 if it may have names.

    Its mark is a cell of its own: the words behind it are less than the columns. Above numbers that
    count the rows, it may be the name of these.
    """
    rows = next((i for i, line in enumerate(lines) if not _COMMENT.match(line.cells[0])), 0)
    place = next((i for i in range(rows - 1, 0, -1) if _MARK.fullmatch(lines[i].cells[0])), -1)
    numbers = [line.cells[0] for line in lines[rows:][:_ROWS]]
    whole = all(cell.isdecimal() and len(cell) < _MOST_DIGITS for cell in numbers)
    counted = whole and all(int(b) == int(a) + 1 for a, b in pairwise(numbers))
    return -1 if counted else place


def _has_fields(line: Line) -> bool:
    """Return whether a line has several cells, unlike a title, a blank line or a mark."""
    return line.filled > 1 and not line.other_delimiter


def _is_like(columns: list[list[str]], line: Line, typed: list[int]) -> bool:
    """Return whether a line has values as typed columns have, and nothing where all is blank."""
    kinds = all({cell_kind(line.cells[j])} <= {*map(cell_kind, columns[j])} & TYPED for j in typed)
    return kinds and not any(line.cells[j] for j, column in enumerate(columns) if not any(column))


def _is_full_of_names(line: Line) -> bool:
    return (
        line.is_complete
        and line.filled == len(line.cells)
        and has_only_names(line)
        and not any(map(is_null_token, line.cells))
    )


def _is_value(cell: str) -> bool:
    return bool(cell) and name_kind(cell) in TYPED and not cell.isalpha() and not is_year(cell)


def _is_typed(cells: list[str]) -> bool:
    kinds = [kind for kind in map(cell_kind, cells) if kind != "empty"]
    return len(kinds) >= _MIN_ROWS and sum(k in TYPED for k in kinds) >= _TYPED_SHARE * len(kinds)
