"""Lines above time series that describe each of them, with what they tell in the first column.

Statistical offices and central banks (ONS, RBA, Bundesbank, ECB) write title, code, unit, source
and dates of release that way: `Unit, m, %`. The first of them that tells the series apart names the
columns; the others are neither names nor rows.
"""

import re

from pipeweave_dagster.core.ingest.text.column_model import cell_kind
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.name_costs import is_year
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED

_MOST_ABOVE, _LEAST_LINES, _LEAST_ROWS, _MOST_ROWS = 40, 3, 5, 100
_PERIODS, _NUMBERS = 0.9, 0.5
_YEAR = r"(?:1[789]|20)\d\d"
_PERIOD = re.compile(
    rf"{_YEAR}[ -]?(?:Q[1-4]|H[12]|S[12]|M?(?:0?[1-9]|1[0-2])|[A-Za-z]{{3,9}})|"
    rf"(?:Q[1-4]|(?:\d\d?[ -])?[A-Za-z]{{3,9}})[ -]?{_YEAR}",
)


def labelled_lines(lines: list[Line]) -> tuple[int, int] | None:
    """Return the place of the names of time series, and the number of lines that describe them.

    Args:
        lines: The first lines of the file.
    """
    start = next((i for i, line in enumerate(lines) if _is_row(line)), None)
    if start is None or not _LEAST_LINES <= start <= _MOST_ABOVE:
        return None
    rows = [line for line in lines[start : start + _MOST_ROWS] if line.filled]
    periods = sum(map(_is_row, rows))
    if len(rows) < _LEAST_ROWS or periods < _PERIODS * len(rows) or not _has_numbers(rows):
        return None
    first = _first_of_block(lines, start)
    names = next((i for i in range(first, start) if _tells_apart(lines[i])), None)
    if names is None or start - names < _LEAST_LINES:
        return None
    below = [line for line in lines[names + 1 : start] if line.filled]
    texts = [line for line in below if not any(map(_is_number, line.cells[1:]))]
    return (names, start - names - 1) if 2 * len(texts) > len(below) else None


def _first_of_block(lines: list[Line], start: int) -> int:
    """Return the first of the lines above the rows that are as wide, with labels that differ."""
    seen: set[str] = set()
    first = start
    while first and lines[first - 1].is_complete:
        label = lines[first - 1].cells[0].casefold()
        if label in seen or (label and cell_kind(label) in TYPED):
            break
        seen |= {label} - {""}
        first -= 1
    return first


def _tells_apart(line: Line) -> bool:
    """Return whether a line has another name, and no number, for each series."""
    names = line.cells[1:]
    return len({*names}) == len(names) and all(names) and not any(map(_is_number, names))


def _is_row(line: Line) -> bool:
    return line.is_complete and line.filled > 1 and _is_period(line.cells[0])


def _is_period(cell: str) -> bool:
    return cell_kind(cell) in {"date", "datetime"} or is_year(cell) or bool(_PERIOD.fullmatch(cell))


def _is_number(cell: str) -> bool:
    return bool(cell) and cell_kind(cell) in {"number", "amount"}


def _has_numbers(rows: list[Line]) -> bool:
    """Return whether at least half of the columns with values have only numbers."""
    columns = list(zip(*(row.cells[1:] for row in rows if row.is_complete), strict=True))
    cells = [[cell for cell in column if cell and not is_null_token(cell)] for column in columns]
    known = [all(map(_is_number, column)) for column in cells if column]
    return any(known) and sum(known) >= _NUMBERS * len(known)
