"""Repair malformed lines: stray quotes, and another delimiter than that of the file."""

import re
from collections.abc import Iterator
from itertools import islice

from pipeweave_dagster.core.ingest.text.split_record import split_quoted
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

STRAY_QUOTE = "stray quote"
OTHER_DELIMITER = "different delimiter"
_MAX_READINGS = 256
_OTHER_DELIMITERS = (",", ";", "\t", "|", " ")


def split_leniently(raw: str, dialect: TextDialect, width: int | None) -> tuple[list[str], str]:
    """Split a malformed line in the way closest to the expected width; return how it was done.

    Ties go to the reading with the fewest quotes taken literally.
    """
    readings = list(islice(_readings(raw, dialect), _MAX_READINGS))
    if width is None:
        return min(readings, key=lambda r: r[1])[0], STRAY_QUOTE
    other = split_by_other_delimiter(raw, readings[0][0], dialect, width)
    if other and all(len(fields) != width for fields, _ in readings):
        return other, OTHER_DELIMITER
    fields, _ = min(readings, key=lambda r: (abs(len(r[0]) - width), r[1]))
    return fields, STRAY_QUOTE


def _readings(raw: str, dialect: TextDialect) -> Iterator[tuple[list[str], int]]:
    """Yield every reading of a line with its number of quotes taken literally."""
    quote, delimiter = dialect.quote or '"', dialect.delimiter or "\n"
    q = re.escape(quote)
    single_quote = re.compile(f"(?<!{q}){q}(?!{q})")

    def walk(position: int, fields: list[str], cost: int) -> Iterator[tuple[list[str], int]]:
        if position > len(raw):
            yield fields, cost
            return
        if raw.startswith(quote, position):
            for close in _closing_quotes(raw, position, quote, delimiter):
                inner = raw[position + 1 : close]
                literal_quotes = len(single_quote.findall(inner))
                value = inner.replace(quote + quote, quote)
                after = close + 1 + len(delimiter)
                yield from walk(after, [*fields, value], cost + literal_quotes)
        end = raw.find(delimiter, position)
        end = len(raw) if end < 0 else end
        value = raw[position:end]
        yield from walk(end + len(delimiter), [*fields, value], cost + 1 + value.count(quote))

    yield from walk(0, [], 0)


def _closing_quotes(raw: str, position: int, quote: str, delimiter: str) -> list[int]:
    """Return the first two positions at which a quoted field that opens at `position` may end."""
    found: list[int] = []
    cursor = position + 1
    while (close := raw.find(quote, cursor)) >= 0 and len(found) < 2:
        if close + 1 == len(raw) or raw.startswith(delimiter, close + 1):
            run = 1
            while close - run > position and raw[close - run] == quote:
                run += 1
            # An even run is doubled quotes, so the field continues; unless the field is empty.
            if run % 2 == 1 or close - run == position:
                found.append(close)
        cursor = close + 1
    return found


def split_by_other_delimiter(
    raw: str, fields: list[str], dialect: TextDialect, width: int | None
) -> list[str] | None:
    """Split a line by another delimiter; None unless only that gives the expected width."""
    if width is None or width < 3 or len(fields) == width or dialect.whitespace:
        return None
    q = re.escape(dialect.quote or "")
    for delimiter in _OTHER_DELIMITERS:
        if delimiter == dialect.delimiter:
            continue
        other = TextDialect(delimiter, dialect.quote, dialect.escape)
        found, after = split_quoted(raw, 0, other)
        if found is None or after < len(raw) or len(found) != width:
            continue
        unquoted = re.sub(f"{q}[^{q}]*{q}", "", raw) if q else raw
        if dialect.delimiter and dialect.delimiter not in unquoted:
            return found
    return None
