"""The rows of a drawn table, apart from rules and from what a program writes below them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster.core.ingest.text.bar_rows import Bars
from pipeweave_dagster.core.ingest.text.dash_rows import Dashes
from pipeweave_dagster.core.ingest.text.drawn_lines import bars_in
from pipeweave_dagster.core.ingest.text.line_marks import is_row_count
from pipeweave_dagster.core.ingest.text.non_rows import (
    ANOTHER_TABLE,
    BELOW_TABLE,
    ROW_COUNT,
    left_out_line,
)
from pipeweave_dagster.core.ingest.text.records import Record

MOST_BELOW = 20
"""More lines than that are no footer."""
_CERTAIN_COUNT = re.compile(r"^\s*[(\[]|\b(?:affected|selected|returned|in set|fetched)\b")
"""What distinguishes a count of rows from a row with such a text."""


def rewritten(
    lines: Iterable[str],
    cutter: Bars | Dashes,
    below: list[LeftOutLine],
    *,
    first_only: bool = True,
) -> Iterator[list[str] | str]:
    """Yield the cells of each row, a blank for a rule, and a title as it is.

    What stands below the last row is added to `below`, and yielded as blank lines; another table
    below, with another number of bars, is added as one line, unless `first_only` is off.
    """
    waiting: list[str] = []
    begun, number = False, 0
    rest = _joined(lines, cutter)
    for line, cells, other, count in rest:
        number += count
        rule = cutter.is_rule(line)
        begun = begun or rule
        if other and first_only:
            yield from _below(waiting, cutter, number - 1, below)
            below.append(_named(line, number, sum("|" in x for x, *_ in rest)))
            return
        if cells is not None:
            yield from waiting
            waiting = []
            yield cells
        elif begun:
            waiting.append("" if rule else line)
            if sum(map(bool, waiting)) > MOST_BELOW:  # no footer
                yield from waiting
                waiting = []
        else:
            yield line
    yield from _below(waiting, cutter, number, below)


def _joined(
    lines: Iterable[str], cutter: Bars | Dashes
) -> Iterator[tuple[str, list[str] | None, bool, int]]:
    """Yield what `cut` does, with the lines that a row takes: its cells may go on in the next."""
    row: tuple[str, list[str] | None, bool, int] | None = None
    marks: tuple[int, ...] = ()
    for line, cells, other in cut(lines, cutter):
        if row is not None and row[1] is not None and _goes_on(cells, marks) and not other:
            pairs = enumerate(zip(row[1], cells or (), strict=True))
            joined = [f"{above}\n{below}" if k in marks else above for k, (above, below) in pairs]
            row = (row[0], joined, row[2], row[3] + 1)
        else:
            if row is not None:
                yield row
            row = (line, cells, other, 1)
        marks = cutter.continued(line) if cells is not None else ()
        if not marks:
            yield row
            row = None
    if row is not None:
        yield row


def _goes_on(cells: list[str] | None, marks: tuple[int, ...]) -> bool:
    """Return whether a line has texts only where the line above it is marked to go on."""
    return cells is not None and not any(c for k, c in enumerate(cells) if k not in marks)


def cut(
    lines: Iterable[str], cutter: Bars | Dashes
) -> Iterator[tuple[str, list[str] | None, bool]]:
    """Yield each line with its cells, and whether another table begins with it.

    A rule, a blank and what is no row have no cells: below a count of rows, texts such as the time
    it took are none, even if they fit.
    """
    counted = False
    for raw in lines:
        line = raw.rstrip("\n")
        cells = cutter.cells(line) if line.strip() and not cutter.is_rule(line) else None
        filled = sum(map(bool, cells or ()))
        is_count = is_row_count(line) and (filled <= 1 or _CERTAIN_COUNT.search(line) is not None)
        other = False
        if isinstance(cutter, Dashes):
            counted = is_count or (counted and not cutter.is_rule(line))
        else:
            other = counted and filled > 1 and bars_in(line) != cutter.count
            if other:
                cutter = replace(cutter, joints=(), count=bars_in(line))
                cells = cutter.cells(line)
            counted = is_count or (counted and filled <= 1)
        yield line, None if counted else cells, other


def _below(
    waiting: list[str], cutter: Bars | Dashes, number: int, below: list[LeftOutLine]
) -> Iterator[str]:
    """Add the lines below the last row, up to a line, to `below`; yield a blank for each."""
    while isinstance(cutter, Dashes) and waiting and _may_be_row(waiting[0]):
        yield waiting.pop(0)
    for place, line in enumerate(waiting, number - len(waiting) + 1):
        if line.strip():
            kind = ROW_COUNT if is_row_count(line) else BELOW_TABLE
            below.append(left_out_line(Record(place, [line.strip()]), kind))
        yield ""


def _may_be_row(line: str) -> bool:
    """Return whether a line right below the rows may be one that its program misplaced."""
    return bool(line.strip()) and not is_row_count(line)


def _named(line: str, number: int, rows: int) -> LeftOutLine:
    """Return another table as one line that is left out: its names, and how many lines follow."""
    names = [name.strip() for name in line.strip().strip("|").split("|")]
    named = left_out_line(Record(number, names), ANOTHER_TABLE)
    return named.model_copy(update={"text": f"{named.text} (and {counted(rows, 'line')} below)"})
