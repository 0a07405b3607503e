"""The century of two-digit years: one window of a hundred years for a whole column."""

import re
from dataclasses import replace

from pipeweave_dagster.core.ingest.types.value_parsers import Parser

_WINDOW = re.compile(r"(?P<format>.*), years (?P<first>[0-9]{4})-[0-9]{4}")


def has_two_digit_years(parser: Parser) -> bool:
    """Return whether a format has years of two digits and no window yet."""
    format_ = parser.format or ""
    return "%y" in format_ and _WINDOW.fullmatch(format_) is None


def with_window(parser: Parser, first: int) -> Parser:
    """Return the parser whose two-digit years lie from `first` to `first` + 99."""
    years = f"years {first}-{first + 99}"
    note = f"Years of two digits are read as {first} to {first + 99}."
    return replace(
        parser,
        value=(parser.type, ("in_window", parser.value, first)),
        format=f"{parser.format}, {years}",
        note=f"{parser.note or ''} {note}".strip(),
    )


def split_window(format_: str) -> tuple[str, int | None]:
    """Return the format without its window, and the first year of the window.

    Example:
        >>> split_window("%d.%m.%y, years 1930-2029")
        ('%d.%m.%y', 1930)
    """
    match = _WINDOW.fullmatch(format_)
    return (match["format"], int(match["first"])) if match else (format_, None)
