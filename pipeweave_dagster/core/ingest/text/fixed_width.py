"""Fields of fixed width, which may hold blanks, found by the positions that are always blank."""

from collections import Counter
from itertools import pairwise

from pipeweave_dagster.core.ingest.text.fixed_width_names import bounds, named_starts
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect
from pipeweave_dagster.core.ingest.text.timestamp_fields import is_timestamp
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

_MIN_LINES, _MIN_EQUAL, _MIN_GAPS, _MOST_CHARACTERS = 8, 0.95, 1, 4000
_MIN_FILLED = 0.9
_MIN_DIFFERENT = 5
"""Lines of one length that show fields: one text on all lines, or two, have blanks as they have."""
_MANY_LINES = 10
"""Lines from which a position that is blank in all of them is not so by chance."""


def fixed_width(lines: list[str]) -> TextDialect | None:
    """Detect fields of fixed width: positions that are blank in every line.

    Either the lines have equal lengths, or they are many, or two blanks or more stand between
    fields, as where a program pads them. A date and the time behind it are one field.

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
    starts = _starts(blank, 1)
    alike = padded and len({*complete}) >= _MIN_DIFFERENT and not _is_crossed(lines[0], starts)
    one_blank = alike or (len(lines) >= _MANY_LINES and _are_padded(complete, starts))
    starts = starts if one_blank else _starts(blank, 2)
    starts = _without_chance_gaps(complete, _with_whole_timestamps(complete, starts))
    starts = named_starts(complete, lines[0], blank, starts)
    starts = _with_room(complete, blank, starts)
    return TextDialect(None, None, field_starts=(*starts,)) if len(starts) > _MIN_GAPS else None


def _starts(blank: list[bool], gap: int) -> list[int]:
    """Return the positions behind so many blank ones."""
    return [i for i, b in enumerate(blank) if not b and all(blank[max(0, i - gap) : i])]


def _is_crossed(names: str, starts: list[int]) -> bool:
    """Return whether the first line goes on where fields begin, as the name of one column does."""
    return any(names[start - 1 : start + 1].strip(" ")[1:] for start in starts[1:])


def _are_padded(lines: list[str], starts: list[int]) -> bool:
    """Return whether fields are padded with blanks; some may be words of one length, as codes are.

    Else texts of one kind have a blank at one place: `item 1` and `item 2`.
    """
    found = False
    for before, start, end in zip(starts, starts[1:], [*starts[2:], None], strict=False):
        cells = [(line[before : start - 1], line[start:end]) for line in lines[1:]]
        padded = any(left != left.strip() or right[:1] == " " for left, right in cells)
        words = {left for left, _ in cells}
        if not padded and (len(words) == 1 or any(" " in word for word in words)):
            return False
        found = found or padded
    return found


def _with_whole_timestamps(lines: list[str], starts: list[int]) -> list[int]:
    """Leave out where the time of day behind a date begins, unless it has a name of its own."""
    fields = [[line[a:b].strip() for line in lines] for a, b in bounds(starts)]
    whole = {
        start
        for start, (dates, times) in zip(starts[1:], pairwise(fields), strict=False)
        if all(map(is_timestamp, dates[1:], times[1:]))
        and (not times[0] or kind_of(times[0]) == "time")
    }
    return [start for start in starts if start not in whole]


def _without_chance_gaps(lines: list[str], starts: list[int]) -> list[int]:
    """Leave out where sentences happen to have a blank at one place in all lines."""
    kept = starts[:1]
    for start, end in bounds(starts)[1:]:
        cells = [(line[kept[-1] : start], line[start:end].strip()) for line in lines]
        pairs = [(left, right) for left, right in cells if right]
        if not _are_sentences(pairs, sparse=len(pairs) < _MIN_FILLED * len(lines)):
            kept.append(start)
    return kept


def _are_sentences(pairs: list[tuple[str, str]], *, sparse: bool) -> bool:
    """Return whether texts go on behind one blank: `connection reset by` and `peer`."""
    if any(left[-2:-1].isspace() for left, _ in pairs):
        return False
    if any(kind_of(text.strip()) in {*TYPED, "code"} for pair in pairs for text in pair):
        return False
    return sparse or all(" " in left.strip() for left, _ in pairs)


def _with_room(lines: list[str], blank: list[bool], starts: list[int]) -> list[int]:
    """Move where fields start to the left if their values end alike, as numbers do.

    Longer numbers, as those of later rows often are, have room then. Behind a text, which may be
    longer as well, it is half of the gap.
    """
    moved: list[int] = []
    behind_text = False
    for start, end in bounds(starts):
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
