"""Repair malformed lines: stray quotes, and another delimiter than that of the file."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pipeweave_dagster.core.ingest.text.split_record import split_quoted
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

STRAY_QUOTE = "stray quote"
OTHER_DELIMITER = "different delimiter"
BLANK_CELLS = "blank cells, found by where the other fields stand"
_MAX_READINGS, _MIN_READINGS = 256, 8
_FULL_EFFORT = 2000
"""Malformed lines whose readings are all compared."""
_MIN_WORK = 60_000
_WORK_PER_CHARACTER = 20
"""Characters looked at before the search for further readings of a line ends."""
_OTHER_DELIMITERS = (",", ";", "\t", "|", " ")
_MIN_WORDS = 5
"""A title may have as many words as a narrow table has columns."""


def readings_allowed(malformed: int) -> int:
    """Return how many readings of a line to compare, given the number of malformed lines so far.

    Where they are many the file is malformed throughout, and all of them together stay affordable.
    """
    return max(_MIN_READINGS, min(_MAX_READINGS, _MAX_READINGS * _FULL_EFFORT // (malformed + 1)))


def split_leniently(
    raw: str, dialect: TextDialect, width: int | None, readings_compared: int = _MAX_READINGS
) -> tuple[list[str], str]:
    """Split a malformed line in the way closest to the expected width; return how it was done.

    Ties go to the reading with the fewest quotes taken literally.
    """
    readings = list(islice(_readings(raw, dialect), readings_compared))
    if width is None:
        return min(readings, key=lambda r: r[1])[0], STRAY_QUOTE
    other = split_by_other_delimiter(raw, readings[0][0], dialect, width)
    if other and all(len(fields) != width for fields, _ in readings):
        return other, OTHER_DELIMITER
    fields, _ = min(readings, key=lambda r: (abs(len(r[0]) - width), r[1]))
    return fields, STRAY_QUOTE


class _Field(NamedTuple):
    """The last field of a partial reading, linked to the fields before it."""

    before: "_Field | None"
    value: str


def _readings(raw: str, dialect: TextDialect) -> Iterator[tuple[list[str], int]]:
    """Yield readings of a line, each with its number of quotes taken literally.

    Depth first, at each quote the readings as a quoted field before the literal one. The first
    reading always comes; the search for others stops when the work exceeds a multiple of the line.
    """
    quote, delimiter = dialect.quote or '"', dialect.delimiter or "\n"
    closings = ClosingQuotes(raw, quote, delimiter)
    q = re.escape(quote)
    lone_quote = re.compile(f"(?<!{q}){q}(?!{q})")
    stack: list[tuple[int, _Field | None, int]] = [(0, None, 0)]
    work, budget, complete = 0, _MIN_WORK + _WORK_PER_CHARACTER * len(raw), False
    while stack and (work <= budget or not complete):
        position, fields, cost = stack.pop()
        if position > len(raw):
            complete = True
            found = _linked_values(fields)
            work += len(found)
            yield found, cost
            continue
        end = raw.find(delimiter, position)
        end = len(raw) if end < 0 else end
        value = raw[position:end]
        after = end + len(delimiter)
        stack.append((after, _Field(fields, value), cost + 1 + value.count(quote)))
        work += len(value) + 1
        for close in reversed(closings.after(position)):
            inner = raw[position + 1 : close]
            value = inner.replace(quote + quote, quote)
            lone = len(lone_quote.findall(inner))
            stack.append((close + 1 + len(delimiter), _Field(fields, value), cost + lone))
            work += len(inner)


def _linked_values(field: _Field | None) -> list[str]:
    values = []
    while field is not None:
        values.append(field.value)
        field = field.before
    return values[::-1]


class ClosingQuotes:
    """Where a quoted field of a line may end, found in one pass over the line."""

    def __init__(self, raw: str, quote: str, delimiter: str) -> None:
        """Collect the runs of quotes that a delimiter or the end of the line follows."""
        self._raw, self._quote = raw, quote
        q = re.escape(quote)
        ends = re.finditer(rf"(?<!{q}){q}++(?={re.escape(delimiter)}|\Z)", raw)
        runs = [(match.start(), match.end() - 1) for match in ends]
        self._starts = [start for start, _ in runs]
        self._ends = [end for _, end in runs]
        # A run of even length is doubled quotes, so the field continues.
        self._odd_ends = [end for start, end in runs if (end - start) % 2 == 0]

    def after(self, position: int) -> list[int]:
        """Return the first two positions at which a quoted field that opens there may end."""
        if not self._raw.startswith(self._quote, position):
            return []
        found = []
        run = bisect_right(self._starts, position + 1) - 1
        if run >= 0 and position < self._ends[run]:  # the rest of the run is an empty field's end
            found.append(self._ends[run])
        next_odd = bisect_right(self._odd_ends, found[0] if found else position)
        return (found + self._odd_ends[next_odd : next_odd + 2])[:2]


def split_by_other_delimiter(
    raw: str, fields: list[str], dialect: TextDialect, width: int | None
) -> list[str] | None:
    """Split a line by another delimiter; None unless only that gives the expected width."""
    if width is None or width < 3 or len(fields) == width or dialect.whitespace:
        return None
    q = re.escape(dialect.quote or "")
    for delimiter in _OTHER_DELIMITERS:
        if delimiter == dialect.delimiter or (delimiter == " " and width < _MIN_WORDS):
            continue
        other = TextDialect(delimiter, dialect.quote, dialect.escape)
        found, after = split_quoted(raw, 0, other)
        if found is None or after < len(raw) or len(found) != width:
            continue
        unquoted = re.sub(f"{q}[^{q}]*{q}", "", raw) if q else raw
        if dialect.delimiter and dialect.delimiter not in unquoted:
            return found
    return None
