"""Split text into records: strictly by a grammar, leniently where a line breaks it.

The strict grammar is RFC 4180 with any separator, quote and escape. A line that breaks it (a stray
quote, another separator) is read again on its own, in every way that a quote can be meant, and the
way that gives the expected number of fields is taken. So one bad row never eats its neighbours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

_MAX_FIELD_LINES = 2000
_MAX_WAYS = 256
_COMMA = re.compile(r",(?! )")
_OTHER_SEPARATORS = (",", ";", "\t", "|", " ")


@dataclass(frozen=True)
class Grammar:
    """How fields are separated and quoted.

    `separator` None: one column; `blanks`: runs of blanks; `cuts`: places where fields of fixed
    width begin.
    """

    separator: str | None = ","
    quote: str | None = '"'
    escape: str | None = None
    blanks: bool = False
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Fields of one record, the line it starts on (from 1), and what was odd about it."""

    line: int
    fields: list[str]
    odd: str | None = None


@dataclass
class Records:
    """All records of a text; blank lines are counted and left out."""

    records: list[Record] = field(default_factory=list)
    blank_lines: int = 0


def parse(
    text: str, grammar: Grammar, width: int | None = None, limit: int | None = None
) -> Records:
    """Parse a text with LF or CRLF line ends.

    Args:
        text: The text.
        grammar: Separator, quote, escape.
        width: Expected number of fields; guides the reading of broken lines.
        limit: Stop after so many records.
    """
    result = Records()
    for record in islice(_records(text, grammar, width, result), limit):
        result.records.append(record)
    return result


def _records(text: str, grammar: Grammar, width: int | None, result: Records) -> Iterator[Record]:
    position, line, end = 0, 1, len(text)
    while position < end:
        stop = text.find("\n", position)
        stop = end if stop < 0 else stop
        raw = text[position:stop].removesuffix("\r")
        if not raw.strip(" ") and (grammar.separator != " " or not raw):
            result.blank_lines += 1
            position, line = stop + 1, line + 1
            continue
        if grammar.quote is None or grammar.quote not in raw:
            fields = split_plain(raw, grammar)
            other = _other_separator(raw, fields, grammar, width)
            yield Record(line, other or fields, "another separator" if other else None)
            position, line = stop + 1, line + 1
            continue
        fields_, after = split_quoted(text, position, grammar)
        if fields_ is not None and not _swallows(text[position:after], fields_, grammar, width):
            odd = None
            if width is not None and len(fields_) != width and after <= stop + 1:
                better = _other_separator(raw, fields_, grammar, width)
                fields_, odd = (better, "another separator") if better else (fields_, None)
            yield Record(line, fields_, odd)
            line += text.count("\n", position, after)
            position = after
            continue
        yield Record(line, *_lenient(raw, grammar, width))
        position, line = stop + 1, line + 1


def _swallows(raw: str, fields: list[str], grammar: Grammar, width: int | None) -> bool:
    """Whether a quoted field runs over lines that are records themselves: a stray quote.

    The line of the stray quote is one, too; the first line of a text that was meant to go on is
    rarely. Not for commas in narrow tables, where a line of prose may look like a record.
    """
    lines = raw.rstrip("\r\n").split("\n")
    separator = grammar.separator
    if len(lines) < 2 or width is None or separator is None or grammar.blanks:
        return False
    if width < 2 or (width < 4 and separator.strip() == ","):
        return False
    if (grammar.quote or '"') in lines[-1].split(separator)[0]:
        return False
    first = next((i for i, value in enumerate(fields) if "\n" in value), None)
    if first is None or first + _parts(fields[first].split("\n")[0], separator) != width:
        return False
    return all(_parts(line, separator) == width for line in lines[1:])


def _parts(line: str, separator: str) -> int:
    """Fields that a line would have without quotes; a comma before a blank is one of prose."""
    return len(_COMMA.split(line) if separator == "," else line.split(separator))


def split_plain(raw: str, grammar: Grammar) -> list[str]:
    """Fields of a line without quotes."""
    if grammar.cuts:
        return [
            raw[a:b].strip() for a, b in zip(grammar.cuts, (*grammar.cuts[1:], None), strict=True)
        ]
    if grammar.blanks:
        return raw.split()
    if grammar.separator is None:
        return [raw]
    if grammar.escape and grammar.escape in raw:
        return _split_escaped(raw, grammar)
    return raw.split(grammar.separator)


def _split_escaped(raw: str, grammar: Grammar) -> list[str]:
    escape, separator = re.escape(grammar.escape or ""), re.escape(grammar.separator or "")
    parts = re.split(rf"(?<!{escape}){separator}", raw)
    return [re.sub(rf"{escape}({separator}|{escape})", r"\1", p) for p in parts]


def split_quoted(text: str, start: int, grammar: Grammar) -> tuple[list[str] | None, int]:
    """Strictly parse the record at `start`: its fields and where the next one begins.

    Returns `(None, start)` where the record breaks the grammar.
    """
    if grammar.blanks:
        return _split_blanks(text, start, grammar)
    quote, separator = grammar.quote or '"', grammar.separator
    fields: list[str] = []
    position, end = start, len(text)
    while True:
        if text.startswith(quote, position):
            value, position = _quoted(text, position, quote, separator, grammar.escape)
            if value is None:
                return None, start
            fields.append(value)
        else:
            stop = _line_end(text, position, end)
            cut = text.find(separator, position, stop) if separator else -1
            cut = stop if cut < 0 else cut
            fields.append(text[position:cut])
            position = cut
        if separator and text.startswith(separator, position) and position < end:
            position += len(separator)
            if position >= end:
                fields.append("")
                return fields, end
            continue
        if text.startswith("\r\n", position):
            return fields, position + 2
        return fields, min(position + 1, end)


def _line_end(text: str, position: int, end: int) -> int:
    stop = text.find("\n", position)
    if stop < 0:
        return end
    return stop - 1 if stop > position and text[stop - 1] == "\r" else stop


def _quoted(
    text: str, position: int, quote: str, separator: str | None, escape: str | None
) -> tuple[str | None, int]:
    """A quoted field: its value and the position behind it; None where it is not well formed."""
    start = position + 1
    cursor = start
    doubled = escaped = False
    while True:
        close = text.find(quote, cursor)
        if close < 0 or text.count("\n", start, close) > _MAX_FIELD_LINES:
            return None, position
        if escape and _is_escaped(text, start, close, escape):
            escaped, cursor = True, close + 1
            continue
        if text.startswith(quote, close + 1):
            doubled, cursor = True, close + 2
            continue
        break
    after = close + 1
    if not _closes(text, after, separator):
        return None, position
    value = text[start:close]
    if doubled:
        value = value.replace(quote + quote, quote)
    if escaped and escape:
        value = value.replace(escape + quote, quote)
    return value.replace("\r\n", "\n"), after


def _is_escaped(text: str, start: int, close: int, escape: str) -> bool:
    count = 0
    while close - count - 1 >= start and text[close - count - 1] == escape:
        count += 1
    return count % 2 == 1


def _closes(text: str, after: int, separator: str | None) -> bool:
    if after >= len(text) or text[after] == "\n" or text.startswith("\r\n", after):
        return True
    return separator is not None and text.startswith(separator, after)


def _split_blanks(text: str, start: int, grammar: Grammar) -> tuple[list[str] | None, int]:
    stop = _line_end(text, start, len(text))
    quote = re.escape(grammar.quote or '"')
    raw = text[start:stop]
    found = re.findall(rf"{quote}((?:[^{quote}]|{quote}{quote})*){quote}(?=\s|$)|(\S+)", raw)
    after = text.find("\n", stop)
    next_ = len(text) if after < 0 else after + 1
    return [
        a.replace((grammar.quote or '"') * 2, grammar.quote or '"') or b for a, b in found
    ], next_


def _lenient(raw: str, grammar: Grammar, width: int | None) -> tuple[list[str], str]:
    """A line that breaks the grammar, read in the way that fits the expected width best."""
    ways = list(islice(_ways(raw, grammar), _MAX_WAYS))
    if width is None:
        return min(ways, key=lambda w: w[1])[0], "stray quote"
    other = _other_separator(raw, ways[0][0], grammar, width)
    if other and all(len(fields) != width for fields, _ in ways):
        return other, "another separator"
    fields, _ = min(ways, key=lambda w: (abs(len(w[0]) - width), w[1]))
    return fields, "stray quote"


def _ways(raw: str, grammar: Grammar) -> Iterator[tuple[list[str], int]]:
    """Every reading of a line, with the number of quotes taken literally."""
    quote, separator = grammar.quote or '"', grammar.separator or "\n"

    def walk(position: int, fields: list[str], cost: int) -> Iterator[tuple[list[str], int]]:
        if position > len(raw):
            yield fields, cost
            return
        if raw.startswith(quote, position):
            for close in _closings(raw, position, quote, separator):
                inner = raw[position + 1 : close]
                single = len(
                    re.findall(
                        f"(?<!{re.escape(quote)}){re.escape(quote)}(?!{re.escape(quote)})", inner
                    )
                )
                value = inner.replace(quote + quote, quote)
                yield from walk(close + 1 + len(separator), [*fields, value], cost + single)
        cut = raw.find(separator, position)
        cut = len(raw) if cut < 0 else cut
        value = raw[position:cut]
        yield from walk(cut + len(separator), [*fields, value], cost + 1 + value.count(quote))

    yield from walk(0, [], 0)


def _closings(raw: str, position: int, quote: str, separator: str) -> list[int]:
    """The first places where a quoted field that opens at `position` may end."""
    found: list[int] = []
    cursor = position + 1
    while (close := raw.find(quote, cursor)) >= 0 and len(found) < 2:
        if close + 1 == len(raw) or raw.startswith(separator, close + 1):
            run = 1
            while close - run > position and raw[close - run] == quote:
                run += 1
            # An even run is doubled quotes, so the field goes on; unless it is the field's all.
            if run % 2 == 1 or close - run == position:
                found.append(close)
        cursor = close + 1
    return found


def _other_separator(
    raw: str, fields: list[str], grammar: Grammar, width: int | None
) -> list[str] | None:
    """The same line with another separator, where only that gives the expected width."""
    if width is None or width < 3 or len(fields) == width or grammar.blanks:
        return None
    quote = re.escape(grammar.quote or "")
    for separator in _OTHER_SEPARATORS:
        if separator == grammar.separator:
            continue
        other = Grammar(separator, grammar.quote, grammar.escape)
        found, after = split_quoted(raw, 0, other)
        if found is None or after < len(raw) or len(found) != width:
            continue
        outside = re.sub(f"{quote}[^{quote}]*{quote}", "", raw) if quote else raw
        if grammar.separator and grammar.separator not in outside:
            return found
    return None
