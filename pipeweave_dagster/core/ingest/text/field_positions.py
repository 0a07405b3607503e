"""Where fields stand on the lines of a file: cells that are blank, and room for long values.

The dialect is chosen from the first lines. Further down a cell may be blank where blanks delimit
the fields, or a value may be longer than the room that the first lines leave it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeweave_dagster.core.ingest.base.limits import MEGABYTE
from pipeweave_dagster.core.ingest.text.line_marks import is_comment, is_row_count
from pipeweave_dagster.core.ingest.text.text_dialect import Span, TextDialect

_MIN_LINES = 8
"""Complete lines from which the places of columns are known."""
_MOST_CHARACTERS = 4000
_LINES_AT_ONCE = 1000
_FIELD = re.compile(r"\S+")
_QUOTED_OR_BARE = re.compile(r'"(?:[^"]|"")*+"(?=\s|$)|\S+')

_Lines = Callable[[], Iterator[str]]
_Flags = npt.NDArray[np.bool_]


def with_positions(dialect: TextDialect, path: Path, width: int) -> TextDialect:
    """Return the dialect with what all lines of the file say of the places of its fields.

    Where blanks delimit the fields, these are the places of the columns, if some lines have too few
    fields and the columns stand below each other. Fields of fixed width begin where a line has a
    blank, also below the first lines. Costs a pass over the file, and another one where something
    is to be found.

    Args:
        dialect: The dialect of the first lines.
        path: The file as UTF-8.
        width: Number of columns.
    """

    def lines() -> Iterator[str]:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            while line := file.readline(MEGABYTE):
                yield line.rstrip("\r\n")

    if dialect.field_starts:
        return replace(dialect, field_starts=_starts_without_cuts(dialect.field_starts, lines))
    if dialect.whitespace and width > 1:
        return replace(dialect, spans=_spans_of_columns(dialect, lines, width))
    return dialect


def placed_fields(raw: str, fields: list[str], dialect: TextDialect) -> list[str] | None:
    """Return the fields of a line that is short, with blanks where a column has none on it.

    None unless each field stands below one column, and below no other.

    Example:
        >>> spans = ((0, 3), (4, 9), (10, 12))
        >>> placed_fields("A17       42", ["A17", "42"], TextDialect(" ", spans=spans))
        ['A17', '', '42']
    """
    spans, places = dialect.spans, [*_places(raw, dialect)]
    if "\t" in raw or len(places) != len(fields) or is_comment(raw) or is_row_count(raw):
        return None
    placed, column = [""] * len(spans), 0
    for field, (start, end) in zip(fields, places, strict=True):
        while column < len(spans) and spans[column][1] <= start:
            column += 1
        below = [span for span in spans[column : column + 2] if span[0] < end]
        if len(below) != 1 or placed[column]:
            return None
        placed[column] = field
    return placed


def _places(raw: str, dialect: TextDialect) -> Iterator[Span]:
    pattern = _QUOTED_OR_BARE if dialect.quote else _FIELD
    return (found.span() for found in pattern.finditer(raw))


def _spans_of_columns(dialect: TextDialect, lines: _Lines, width: int) -> tuple[Span, ...]:
    """Return where the columns stand on all complete lines but the first, which may be names.

    Empty if no line is short, or if two columns share a position.
    """
    if not any(0 < len(line.split()) < width for line in lines()):
        return ()
    first, last, complete = [MEGABYTE] * width, [0] * width, 0
    for line in lines():
        places = [*_places(line, dialect)]
        if len(places) != width or "\t" in line:
            continue
        complete += 1
        if complete > 1:
            first = [min(known, start) for known, (start, _) in zip(first, places, strict=True)]
            last = [max(known, end) for known, (_, end) in zip(last, places, strict=True)]
    spans = (*zip(first, last, strict=True),)
    apart = all(left[1] < right[0] for left, right in pairwise(spans))
    return spans if apart and complete > _MIN_LINES else ()


def _starts_without_cuts(starts: tuple[int, ...], lines: _Lines) -> tuple[int, ...]:
    """Move where a field begins into a gap of all lines if one of them goes on there.

    It is the last gap before the place that most values of the field have in common, as a text of
    several words before it has gaps of its own.
    """
    letters = np.zeros(_MOST_CHARACTERS, dtype=np.int64)
    cuts = letters.copy()
    for filled in _filled(lines):
        length = filled.shape[1]
        letters[:length] += filled.sum(axis=0)
        cuts[1:length] += (filled[:, 1:] & filled[:, :-1]).sum(axis=0)
    moved = [*starts]
    for index, start in enumerate(starts[1:], start=1):
        if start < _MOST_CHARACTERS and cuts[start]:
            end = (*starts, _MOST_CHARACTERS)[index + 1]
            common = start + int(np.argmax(letters[start:end]))
            places = range(common, moved[index - 1], -1)
            # The line of a title may have letters in every gap.
            moved[index] = min(places, key=lambda at: letters[at - 1])
    return (*moved,)


def _filled(lines: _Lines) -> Iterator[_Flags]:
    """Yield which positions of some lines hold a letter, shape (lines, positions)."""
    rest = (line[:_MOST_CHARACTERS] for line in lines())
    while block := [*islice(rest, _LINES_AT_ONCE)]:
        length = max(1, *map(len, block))
        letters = np.array(block, dtype=f"U{length}").view(np.uint32).reshape(len(block), length)
        yield (letters != 0) & (letters != ord(" "))
