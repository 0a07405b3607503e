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

_PLAIN = r"(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|0[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"


@dataclass(frozen=True)
class Parser:
    """One strict format of a value.

    Attributes:
        type: Storage type of the result.
        pattern: Regex that matches the full text (same meaning in RE2 and Python's `re`).
        cast: SQL that computes the value from `{v}`, the trimmed text; null where it cannot.
        format: Name of the format in the snapshot, None for the plain one.
        unit: Unit in the text.
        cast_can_fail: Whether the cast may fail for a value that matches the pattern.
    """

    type: StorageType
    pattern: str
    cast: str
    format: str | None = None
    unit: str | None = None
    cast_can_fail: bool = False

    def match_sql(self, value: str) -> str:
        """Return the SQL condition that the text expression `value` has this format."""
        condition = f"regexp_full_match({value}, {literal(self.pattern)})"
        if self.cast_can_fail:
            condition = f"({condition} AND {self.cast_sql(value)} IS NOT NULL)"
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


BOOLEAN = Parser("boolean", "(?i:true|false)", "lower({v}) = 'true'")
INTEGER = Parser("integer", "[+-]?(?:0|[1-9][0-9]{0,17})", "TRY_CAST({v} AS BIGINT)")
NUMBER = Parser("number", f"[+-]?{_PLAIN}", "TRY_CAST({v} AS DOUBLE)", cast_can_fail=True)
TEXT = Parser("text", "(?s:.*)", "{v}")
_GROUPED = (
    Parser(
        "number",
        r"[+-]?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]*)?",
        "TRY_CAST(replace({v}, ',', '') AS DOUBLE)",
        "thousands ','",
    ),
    Parser(
        "number",
        r"[+-]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|0|[1-9][0-9]*)(?:,[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?",
        "TRY_CAST(replace(replace({v}, '.', ''), ',', '.') AS DOUBLE)",
        "decimal ','",
    ),
    Parser(
        "number",
        "[+-]?(?:[1-9][0-9]{0,2}(?:[ '\u00a0\u202f][0-9]{3})+|0|[1-9][0-9]*)(?:[.,][0-9]*)?",
        "TRY_CAST(replace(regexp_replace({v}, '[ ''\u00a0\u202f]', '', 'g'), ',', '.') AS DOUBLE)",
        "thousands ' '",
    ),
)
THOUSANDS_COMMA, DECIMAL_COMMA, THOUSANDS_BLANK = _GROUPED
PLAIN_NUMBERS = (INTEGER, NUMBER, *_GROUPED)
