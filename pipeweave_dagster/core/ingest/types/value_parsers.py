"""Parse texts into typed values: each parser accepts one strict format, as regex and as SQL.

A parser accepts a value only in its own format, so a column that one parser accepts as a whole
loses nothing: `3.7` is not an integer, `007` is not a number (it is a code), and `31/12/2004` does
not match `%m/%d/%Y`.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from pipeweave_dagster.core.documents import StorageType
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.types.expression_sql import Expression, V, sql_of

_EXPONENT = "(?:[eE][+-]?[0-9]{1,3})?"
_FRACTION = r"0[0-9]+\.[0-9]*|\.[0-9]+"
# A 64-bit float holds every whole number of 15 digits, and the decimal text with zeros after them.
_WHOLE = "(?:0|[1-9][0-9]{0,14}0{0,294})"


def _whole_up_to(limit: str) -> str:
    """Return the regex of the whole numbers without leading zeros up to a limit, its digits."""
    smaller = [
        f"{limit[:i]}[{0 if i else 1}-{int(digit) - 1}][0-9]{{{len(limit) - i - 1}}}"
        for i, digit in enumerate(limit)
        if int(digit) > (0 if i else 1)
    ]
    return f"(?:0|[1-9][0-9]{{0,{len(limit) - 2}}}|{'|'.join(smaller)}|{limit})"


@dataclass(frozen=True)
class Parser:
    """One strict format of a value.

    Attributes:
        type: Storage type of the result.
        pattern: Regex that matches the full text (same meaning in RE2 and Python's `re`).
        value: Expression of the value of a trimmed text; none where it cannot be computed.
        format: Name of the format in the snapshot, None for the plain one.
        unit: Unit in the text.
        cast_can_fail: Whether the cast may fail for a value that matches the pattern.
        note: What the user should know of every column with this format.
    """

    type: StorageType
    pattern: str
    value: Expression
    format: str | None = None
    unit: str | None = None
    cast_can_fail: bool = False
    note: str | None = None

    @cached_property
    def cast(self) -> str:
        """SQL that computes the value from `{v}`, the trimmed text."""
        return sql_of(self.value)

    def match_sql(self, value: str) -> str:
        """Return the SQL condition that the text expression `value` has this format."""
        condition = f"regexp_full_match({value}, {literal(self.pattern)})"
        if self.cast_can_fail:
            cast = self.cast_sql(value)
            # 1e400 is infinite as a float: another number.
            valid = f"coalesce(isfinite({cast}), false)" if self.type == "number" else None
            condition = f"({condition} AND {valid or f'{cast} IS NOT NULL'})"
        return condition

    def cast_sql(self, value: str) -> str:
        """Return the SQL expression of the typed value."""
        return self.cast.replace("{v}", value)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches; used to propose a parser, which SQL then verifies."""
        return self._compiled.fullmatch(text) is not None


def _float_parser(whole: str, value: Expression = ("double", V)) -> Parser:
    pattern = rf"[+-]?(?:{whole}(?:\.[0-9]*)?|{_FRACTION}){_EXPONENT}"
    return Parser("number", pattern, value, cast_can_fail=True)


BOOLEAN = Parser("boolean", "(?i:true|false)", ("equals", ("lower", V), "true"))
INTEGER = Parser("integer", f"[+-]?{_whole_up_to(str(2**63 - 1))}|-{2**63}", ("integer", V))
NUMBER = _float_parser(_WHOLE)
# A whole number is exact or none: the shortest text of the float has the same digits.
_NO_LONG_WHOLE = ("search", V, "^[+-]?[0-9]{0,15}([.]|$)|[.]0*[1-9]|[eE]")
LONG_NUMBER = _float_parser(
    "(?:0|[1-9][0-9]*)",
    ("case", ("any", _NO_LONG_WHOLE, ("is_exact", V)), ("double", V), None),
)
# For rows to predict: the nearest float of any number.
ROUNDED_NUMBER = _float_parser("(?:0|[1-9][0-9]*)")
WHOLE_NUMBER = Parser(  # 3.0 is an integer written by a spreadsheet
    "integer",
    f"(?:{INTEGER.pattern})(?:[.]0+)?",
    ("integer", ("substitute", V, "[.]0+$", "")),
    "whole numbers",
)
_ZEROS_DROPPED = "Leading zeros are dropped, as pipeweave.yaml sets a number: 007 is 7."
# Only where the user sets a number: else `007` is a code.
PADDED_INTEGER = Parser(
    "integer",
    f"[+-]?0*{_whole_up_to(str(2**63 - 1))}",
    ("integer", V),
    "whole numbers with leading zeros",
    note=_ZEROS_DROPPED,
)
PADDED_NUMBER = Parser(
    "number",
    r"[+-]?0*(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*)?",
    ("double", V),
    "numbers with leading zeros",
    note=_ZEROS_DROPPED,
)
PADDED = (PADDED_INTEGER, PADDED_NUMBER)
TEXT = Parser("text", "(?s:.*)", V)
# Grouped numbers have at most 15 digits before the decimal mark, which a float holds exactly.
_SHORT = "0|[1-9][0-9]{0,14}"
INDIAN = "[1-9][0-9]?(?:,[0-9]{2}){1,5},[0-9]{3}"
BLANKS, APOSTROPHES = " \u00a0\u2009\u202f", "'\u2018\u2019\u02bc"
GAPS = BLANKS + APOSTROPHES


def _grouped(whole: str, mark: str) -> str:
    """Return the regex of numbers with thousands; as SPSS writes, no zero before the mark."""
    return rf"[+-]?(?:(?:{whole}|{_SHORT})(?:{mark}[0-9]*)?|{mark}[0-9]+)"


def _gapped(gaps: str, mark: str, format_: str) -> Parser:
    """Return the parser for numbers with blanks or apostrophes between their thousands."""
    return Parser(
        "number",
        _grouped(rf"[1-9][0-9]{{0,2}}(?:[{gaps}][0-9]{{3}}){{1,4}}", mark),
        ("double", ("replace", ("substitute_all", V, f"[{gaps}]", ""), ",", ".")),
        format_,
    )


THOUSANDS_BLANK = _gapped(GAPS, "[.,]", "thousands ' '")
"""What `thousands ' '` meant in stored tables once: any gap and either decimal mark."""
_GROUPED = (
    Parser(
        "number",
        _grouped(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}", "[.]"),
        ("double", ("replace", V, ",", "")),
        "thousands ','",
    ),
    Parser(
        "number",
        _grouped(r"[1-9][0-9]{0,2}(?:[.][0-9]{3}){1,4}", ",") + _EXPONENT,
        ("double", ("replace", ("replace", V, ".", ""), ",", ".")),
        "decimal ','",
        cast_can_fail=True,
    ),
    _gapped(BLANKS, "[.]", "thousands ' '"),
    _gapped(BLANKS, ",", "thousands ' ', decimal ','"),
    _gapped(APOSTROPHES, "[.]", 'thousands "\'"'),
    _gapped(APOSTROPHES, ",", "thousands \"'\", decimal ','"),
    Parser(
        "number",
        _grouped(f"{INDIAN}|[1-9][0-9]?,[0-9]{{3}}", "[.]"),
        ("double", ("replace", V, ",", "")),
        "thousands ',' in the Indian way",
    ),
)
THOUSANDS_COMMA, DECIMAL_COMMA, *GAPPED, THOUSANDS_INDIAN = _GROUPED
FORTRAN = Parser(  # the sign keeps codes such as 12D5 out
    "number",
    rf"[+-]?(?:(?:{_SHORT})(?:\.[0-9]*)?|\.[0-9]+)(?:[dD][+-][0-9]{{1,3}})?",
    ("double", ("replace", ("replace", V, "D", "e"), "d", "e")),
    "exponents with D",
    cast_can_fail=True,
)
PLAIN_NUMBERS = (INTEGER, NUMBER, LONG_NUMBER, *_GROUPED, FORTRAN)
