"""Split one record into fields strictly by the dialect (RFC 4180, any delimiter and quote)."""

import re

from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect

_MAX_FIELD_LINES = 250_000
"""Bounds the search for a closing quote; `stray_quotes` decides whether it swallows rows."""


def split_plain(raw: str, dialect: TextDialect) -> list[str]:
    """Split a line without quotes into fields."""
    if dialect.field_starts:
        ends = (*dialect.field_starts[1:], None)
        return [raw[a:b].strip() for a, b in zip(dialect.field_starts, ends, strict=True)]
    if dialect.whitespace:
        return raw.split()
    if dialect.delimiter is None:
        return [raw]
    if dialect.escape and dialect.escape in raw:
        return _split_escaped(raw, dialect)
    fields = raw.split(dialect.delimiter)
    return [field.lstrip(" ") for field in fields] if dialect.skip_blanks else fields


def _split_escaped(raw: str, dialect: TextDialect) -> list[str]:
    escape, delimiter = re.escape(dialect.escape or ""), re.escape(dialect.delimiter or "")
    fields = re.split(rf"(?<!{escape}){delimiter}", raw)
    return [re.sub(rf"{escape}({delimiter}|{escape})", r"\1", field) for field in fields]


def split_quoted(text: str, start: int, dialect: TextDialect) -> tuple[list[str] | None, int]:
    """Split the record at `start`; return its fields and where the next one starts.

    Returns `(None, start)` if the record is malformed.
    """
    if dialect.whitespace:
        return _split_whitespace(text, start, dialect)
    quote, delimiter = dialect.quote or '"', dialect.delimiter
    fields: list[str] = []
    position, end = start, len(text)
    while True:
        while dialect.skip_blanks and text.startswith(" ", position):
            position += 1
        if text.startswith(quote, position):
            value, position = _quoted_field(text, position, quote, delimiter, dialect.escape)
            if value is None:
                return None, start
            fields.append(value)
        else:
            stop = _line_end(text, position, end)
            field_end = text.find(delimiter, position, stop) if delimiter else -1
            field_end = stop if field_end < 0 else field_end
            fields.append(text[position:field_end])
            position = field_end
        if delimiter and text.startswith(delimiter, position) and position < end:
            position += len(delimiter)
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


def _quoted_field(
    text: str, position: int, quote: str, delimiter: str | None, escape: str | None
) -> tuple[str | None, int]:
    """Return the value of a quoted field and the position after it; None if it is malformed."""
    start = position + 1
    cursor = start
    doubled = escaped = False
    lines = 0
    while True:
        close = text.find(quote, cursor)
        lines += text.count("\n", cursor, close) if close >= 0 else 0
        if close < 0 or lines > _MAX_FIELD_LINES:
            return None, position
        if escape and _is_escaped(text, start, close, escape):
            escaped, cursor = True, close + 1
            continue
        if text.startswith(quote, close + 1):
            doubled, cursor = True, close + 2
            continue
        break
    after = _without_blanks(text, close + 1, delimiter)
    if not _is_field_end(text, after, delimiter):
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


def _without_blanks(text: str, after: int, delimiter: str | None) -> int:
    """Return the position behind blanks between a closing quote and the end of the field."""
    if text[after : after + 1] != " " or (delimiter or "").startswith(" "):
        return after
    end = after
    while text.startswith(" ", end):
        end += 1
    return end if _is_field_end(text, end, delimiter) else after


def _is_field_end(text: str, after: int, delimiter: str | None) -> bool:
    if after >= len(text) or text[after] == "\n" or text.startswith("\r\n", after):
        return True
    return delimiter is not None and text.startswith(delimiter, after)


def _split_whitespace(text: str, start: int, dialect: TextDialect) -> tuple[list[str] | None, int]:
    stop = _line_end(text, start, len(text))
    quote = dialect.quote or '"'
    q = re.escape(quote)
    pattern = rf"{q}((?:[^{q}]|{q}{q})*+){q}(?=\s|$)|(\S+)"
    found = re.findall(pattern, text[start:stop])
    newline = text.find("\n", stop)
    after = len(text) if newline < 0 else newline + 1
    return [quoted.replace(quote * 2, quote) or bare for quoted, bare in found], after
