"""Fields of fixed width, which may hold blanks, found by the positions that are always blank."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_MIN_LINES, _MIN_EQUAL, _MIN_GAPS, _MOST_CHARACTERS = 8, 0.95, 1, 4000
_MIN_FILLED = 0.9


def fixed_width(lines: list[str]) -> TextDialect | None:
    """Detect fields of fixed width: positions that are blank in every line.

    Either the lines have equal lengths, or two blanks or more stand between fields, as where a
    program pads them. A date and the time behind it are one field.

    Args:
        lines: The lines that are not blank.
    """
    if len(lines) < _MIN_LINES:
        return None
    length, count = Counter(map(len, lines)).most_common(1)[0]
    padded = count >= _MIN_EQUAL * len(lines)
    complete = [line for line in lines if len(line) == length] if padded else lines
    length = min(max(map(len, complete)), _MOST_CHARACTERS)
    blank = [all(line[i : i + 1] in {"", " "} for line in complete) for i in range(length)]
    gap = 1 if padded else 2
    starts = [i for i in range(length) if not blank[i] and all(blank[max(0, i - gap) : i])]
    starts = _without_chance_gaps(complete, _with_whole_timestamps(complete, starts))
    starts = _with_room(complete, blank, starts)
    return TextDialect(None, None, field_starts=(*starts,)) if len(starts) > _MIN_GAPS else None


def cuts_timestamps(rows: list[list[str]]) -> bool:
    """Return whether a date and a time of day stand beside each other in all rows below a header.

    Not where the header has a name for each of the two.

    Example:
        >>> cuts_timestamps([["when", "level"], ["2024-05-01", "10:15", "INFO"]])
        True
    """
    width = min(map(len, rows[1:]), default=0)
    place = place_of_timestamps([*zip(*(row[:width] for row in rows[1:]), strict=True)])
    if place is None:
        return False
    return len(rows[0]) < width or _is_timestamp(*rows[0][place : place + 2])


def place_of_timestamps(columns: Sequence[Sequence[str]]) -> int | None:
    """Return the first column of dates beside a column of times of day; None without one.

    Example:
        >>> place_of_timestamps([["a", "b"], ["2024-05-01", "2024-05-02"], ["10:15", "10:30"]])
        1
    """
    for place, (dates, times) in enumerate(pairwise(columns)):
        if dates and all(map(_is_timestamp, dates, times)):
            return place
    return None


def _bounds(starts: list[int]) -> list[tuple[int, int | None]]:
    """Return where each field starts and ends."""
    return [*zip(starts, [*starts[1:], None], strict=False)]


def _with_whole_timestamps(lines: list[str], starts: list[int]) -> list[int]:
    """Leave out where the time of day behind a date begins, unless it has a name of its own."""
    fields = [[line[a:b].strip() for line in lines] for a, b in _bounds(starts)]
    whole = {
        start
        for start, (dates, times) in zip(starts[1:], pairwise(fields), strict=False)
        if all(map(_is_timestamp, dates[1:], times[1:]))
        and (not times[0] or kind_of(times[0]) == "time")
    }
    return [start for start in starts if start not in whole]


def _without_chance_gaps(lines: list[str], starts: list[int]) -> list[int]:
    """Leave out where sentences happen to have a blank at one place in all lines."""
    kept = starts[:1]
    for start, end in _bounds(starts)[1:]:
        cells = [(line[kept[-1] : start], line[start:end].strip()) for line in lines]
        pairs = [(left, right) for left, right in cells if right]
        if not _are_sentences(pairs, sparse=len(pairs) < _MIN_FILLED * len(lines)):
            kept.append(start)
    return kept


def _are_sentences(pairs: list[tuple[str, str]], *, sparse: bool) -> bool:
    """Return whether texts go on behind one blank: `connection reset by` and `peer`."""
    if any(left[-2:-1].isspace() for left, _ in pairs):
        return False
    if any(kind_of(text.strip()) in TYPED for pair in pairs for text in pair):
        return False
    return sparse or all(" " in left.strip() for left, _ in pairs)


def _with_room(lines: list[str], blank: list[bool], starts: list[int]) -> list[int]:
    """Move where fields start to the left if their values end alike, as numbers do.

    Longer numbers, as those of later rows often are, have room then. Behind a text, which may be
    longer as well, it is half of the gap.
    """
    moved: list[int] = []
    behind_text = False
    for start, end in _bounds(starts):
        cells = [line[start:end].rstrip() for line in lines[1:]]
        ends_alike = len({len(cell) for cell in cells if cell}) == 1
        left = start
        while left and blank[left - 1]:
            left -= 1
        if ends_alike and any(cell.startswith(" ") for cell in cells):
            first = 0 if not left else (left + start + 1) // 2 if behind_text else left + 1
        else:
            first = start
        moved.append(first)
        behind_text = not ends_alike
    return moved


def _is_timestamp(date: str, time: str) -> bool:
    return kind_of(date) == "date" and kind_of(time) == "time"
