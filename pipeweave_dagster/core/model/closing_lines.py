"""Lines of one text below the rows of a table, such as `End of report`.

The source is copied beside exported models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

MOST_CLOSING, _MIN_ABOVE, _MIN_CLOSING_WORDS = 20, 2, 3
_LISTED_CLOSING, _MOST_CLOSING_TEXT = 5, 60


@dataclass(frozen=True)
class RowsAbove:
    """What rows have in their first fields, which decides on lines below them.

    Attributes:
        rows: Number of rows that are not blank.
        complete: Whether all of them have all fields.
        typed: Whether the first field of all of them has a type.
        words: The most words in a first field.
        filled: Whether any first field is filled.
    """

    rows: int = 0
    complete: bool = True
    typed: bool = True
    words: int = 0
    filled: bool = False

    def and_below(self, body: Sequence[Sequence[str]], width: int) -> "RowsAbove":
        """Return the same of these rows and those that follow them."""
        rows = [fields for fields in body if not is_blank(fields)]
        first = [fields[0].strip() for fields in rows]
        return RowsAbove(
            rows=self.rows + len(rows),
            complete=self.complete and all(len(fields) >= width for fields in rows),
            typed=self.typed and all(kind_of(cell) in TYPED for cell in first),
            words=max([self.words, *(len(cell.split()) for cell in first)]),
            filled=self.filled or any(first),
        )


_NOTHING_ABOVE = RowsAbove()


def closing_start(
    body: Sequence[Sequence[str]],
    width: int,
    *,
    padded: bool = False,
    above: RowsAbove = _NOTHING_ABOVE,
) -> int:
    """Return where the lines begin that close a table; the number of records if none do.

    The rows above must be complete. A line closes the table if it has one field, which has no type
    where the first column has one, or more words than any value there.

    Args:
        body: Fields of the records below the header.
        width: Number of columns.
        padded: Whether several words with only blank fields after them are a line of one field, as
            spreadsheets write and give it.
        above: Rows of the table that are read already.

    Example:
        >>> closing_start([["1", "a"], ["2", "b"], ["End"]], 2)
        2
        >>> closing_start([["Ann", "a"], ["Bo", "b"], ["Cy"]], 2)
        3
        >>> closing_start([["1", "a"], ["2", "b"], ["n/a = not stated", ""]], 2, padded=True)
        2
    """
    end = start = len(body)
    while start > 0 and end - start < MOST_CLOSING and _is_alone(body[start - 1], padded=padded):
        start -= 1
    if width < 2 or start == end:
        return end
    above = above.and_below(body[:start], width)
    if above.rows < _MIN_ABOVE or not above.complete:
        return end
    words = max(_MIN_CLOSING_WORDS, 1 + above.words)
    texts = [fields[0].strip() for fields in body[start:end]]
    certain = (
        i for i, text in enumerate(texts) if _is_no_value(text, typed=above.typed, words=words)
    )
    place = next(certain, None)
    # Above a line that surely closes, one with more words than any value closes as well.
    while place and above.words <= 1 and (len(texts[place - 1].split()) != 1 or not above.filled):
        place -= 1
    return end if place is None else start + place


def is_blank(fields: Sequence[str]) -> bool:
    """Return whether fields are empty or contain only left-over delimiters."""
    return not any(f.strip(" \t\u00a0,;|") for f in fields)


def closing_notes(lines: Sequence[tuple[int, str]]) -> list[str]:
    """Return the note on the lines (number and text) of a batch that are left out, if there are.

    Example:
        >>> closing_notes([(9, "End of report"), (10, " ")])
        ["Left out 1 line below the rows (line 9: 'End of report')."]
    """
    filled = [(line, text) for line, text in lines if text.strip()]
    if not filled:
        return []
    named = [f"line {line}: {t[:_MOST_CLOSING_TEXT]!r}" for line, t in filled[:_LISTED_CLOSING]]
    more = " …" if len(filled) > _LISTED_CLOSING else ""
    count = counted(len(filled), "line")
    return [f"Left out {count} below the rows ({'; '.join(named)}{more})."]


def _is_alone(fields: Sequence[str], *, padded: bool) -> bool:
    """Return whether a record has one field; a padded one may be a row that has only its name."""
    words = len(fields[0].split()) if padded and fields else 0
    return len(fields) == 1 or (words >= _MIN_CLOSING_WORDS and is_blank(fields[1:]))


def _is_no_value(text: str, *, typed: bool, words: int) -> bool:
    """Return whether a text has no type where values have one, or more words than any of them."""
    untyped = typed and kind_of(text.strip()) not in TYPED | {"empty"}
    return untyped or len(text.split()) >= words
