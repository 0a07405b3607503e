"""Whether names that are drawn above aligned columns stand above their own ones.

`#            decimal       monthly` above year, month, decimal date and mean has as many words as a
table of two columns has, but names the third and the fourth.
"""

import re

_DRAWN = re.compile(r"\S\s{2,}\S")
_PADDED, _WORDS = re.compile(r"\S+(?:\s\S+)*"), re.compile(r"\S+")
_MARK = re.compile(r"\s*(?:#+|%+|//+|--+|!+)")
_MIN_ROWS, _MOST_ROWS = 3, 30


def are_misplaced(line: str, rows: list[str]) -> bool:
    """Return whether most names of a line stand above columns other than theirs.

    Args:
        line: The line, its mark included.
        rows: Lines of fields with blanks between them; only aligned ones show anything.

    Example:
        >>> rows = ["2018   1   2018.04   408.00", "2018  12   2018.96   411.25"] * 2
        >>> are_misplaced("# year mon  date      mean", rows)
        False
        >>> are_misplaced("#           date      mean   days   sd", rows)
        True
    """
    spans = [[word.span() for word in _WORDS.finditer(row)] for row in rows[:_MOST_ROWS]]
    width = len(spans[0]) if spans else 0
    if len(spans) < _MIN_ROWS or not _DRAWN.search(line) or any(len(s) != width for s in spans):
        return False
    columns = [*zip(*spans, strict=True)]
    if not all(_is_aligned([*column]) for column in columns):
        return False
    names = next((found for found in _names(line) if len(found) == width), None)
    if names is None:
        return False
    ends = [0, *(max(end for _, end in column) for column in columns[:-1])]
    starts = [*(min(start for start, _ in column) for column in columns[1:]), len(line) + 1]
    outside: int = sum(
        b <= end or a >= start for (a, b), end, start in zip(names, ends, starts, strict=True)
    )
    return 2 * outside > width


def _names(line: str) -> list[list[tuple[int, int]]]:
    """Return where the names may stand: parts between several blanks, or words."""
    words = _MARK.sub(lambda mark: " " * len(mark[0]), line, count=1)
    return [[part.span() for part in form.finditer(words)] for form in (_PADDED, _WORDS)]


def _is_aligned(column: list[tuple[int, int]]) -> bool:
    starts, ends = zip(*column, strict=True)
    return len({*starts}) == 1 or len({*ends}) == 1
