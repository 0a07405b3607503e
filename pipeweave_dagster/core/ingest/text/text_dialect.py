"""The dialect of a text file: how fields are delimited and quoted."""

from dataclasses import dataclass

Span = tuple[int, int]
"""Where something begins on a line, and where it ends: the position behind it."""


@dataclass(frozen=True)
class TextDialect:
    """How fields are delimited and quoted.

    Attributes:
        delimiter: Text between fields; None for a single column.
        quote: Quote character, None if fields are not quoted.
        escape: Escape character before a quote or delimiter.
        whitespace: Whether any run of whitespace delimits fields.
        skip_blanks: Whether blanks between a delimiter and a field are no part of the field.
        field_starts: Positions (from 0) at which fields of fixed width start.
        spans: Where each column stands on the lines, if blanks delimit fields and some are missing.
    """

    delimiter: str | None = ","
    quote: str | None = '"'
    escape: str | None = None
    whitespace: bool = False
    skip_blanks: bool = False
    field_starts: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()
