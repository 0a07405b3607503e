"""Parse JSON texts completely: long numbers exact, repeated keys counted, depth bounded."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.formats.json_extras import without_extras
from pipeweave_dagster.core.ingest.types.lost_digits import FLOAT_DIGITS, exceeds_float

_LONG_NUMBER = 4000  # Python refuses to parse more than 4,300 digits


@dataclass
class JsonParser:
    """Parses JSON and counts what is lost: all but the last value of a repeated key, and digits.

    Attributes:
        repeated: Repeated keys within an object.
        rounded: Numbers with more digits than a float holds.
        comments: Comments, which were passed over.
        commas: Commas before a closing bracket, which were passed over.
    """

    repeated: int = 0
    rounded: int = 0
    comments: int = 0
    commas: int = 0
    _decoder: json.JSONDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=_whole_number, parse_float=self._fraction
        )

    def parse(self, text: str, *, several: bool = False) -> Any:
        """Return the value of a text; comments and trailing commas are counted and passed over.

        Args:
            text: The text.
            several: Whether it may have several values one after the other, which become a list.

        Raises:
            ValueError: If it is not JSON for another reason, or nested too deeply.
        """
        try:
            return self._parsed(text, several)
        except ValueError:
            plain = without_extras(text)
            if plain is None:
                raise
        value = self._parsed(plain.text, several)
        self.comments += plain.comments
        self.commas += plain.commas
        return value

    def _parsed(self, text: str, several: bool) -> Any:
        before = self.repeated, self.rounded
        try:
            return self._decoder.decode(text)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        except json.JSONDecodeError as error:
            self.repeated, self.rounded = before  # what is parsed again is counted again
            if not several or error.msg != "Extra data":
                raise
        return self._parse_several(text)

    def _parse_several(self, text: str) -> Any:
        """Return the values of a text with several JSON values one after the other."""
        values, position = [], 0
        while position < len(text):
            try:
                value, position = self._decoder.raw_decode(text, position)
            except RecursionError as error:
                raise ValueError("it is nested too deeply") from error
            values.append(value)
            while position < len(text) and text[position] in " \t\r\n,\x1e":
                position += 1
        return values if len(values) > 1 else values[0]

    def notes(self) -> list[str]:
        """Return the notes on what is no JSON, keys that are repeated, and rounded numbers."""
        notes = []
        extras = [
            counted(count, what)
            for count, what in ((self.comments, "comment"), (self.commas, "trailing comma"))
            if count
        ]
        if extras:
            notes.append(f"Passed over {' and '.join(extras)}, which JSON does not allow.")
        if self.repeated:
            keys = counted(self.repeated, "repeated key")
            notes.append(f"{keys} within a JSON object; the last value of each was kept.")
        if self.rounded:
            numbers = counted(self.rounded, "number")
            notes.append(
                f"{numbers} with more than {FLOAT_DIGITS} digits, rounded to the nearest float."
            )
        return notes

    def _fraction(self, digits: str) -> float | str:
        """Return a number as a float, one beyond the range of floats as its text."""
        number = float(digits)
        if math.isinf(number):
            return digits
        self.rounded += exceeds_float(digits)
        return number

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.repeated += len(pairs) - len(found)
        return found


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONG_NUMBER else digits


_WHY = {
    "Unterminated string starting at": "the text that begins at column {} has no closing quote",
    "Invalid control character at": "a text has a line break or control character at column {}",
    "Invalid \\escape": "a backslash at column {} escapes nothing that JSON knows",
    "Invalid \\uXXXX escape": "the escape \\u at column {} has no four hexadecimal digits",
    "Expecting value": "a value is missing at column {}",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing at"
    " column {}",
    "Expecting ':' delimiter": "the colon between name and value is missing at column {}",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing at column {}",
    "Illegal trailing comma before end of object": "a comma stands before the closing bracket at"
    " column {}",
    "Illegal trailing comma before end of array": "a comma stands before the closing bracket at"
    " column {}",
    "Extra data": "the record ends before column {}, where something else follows",
}
"""What the messages of Python's parser mean to someone who has the file before them."""


def why_invalid(error: ValueError) -> str:
    """Return why one line is not JSON, with the column.

    Example:
        >>> try:
        ...     json.loads('{"a": "x')
        ... except ValueError as error:
        ...     why_invalid(error)
        'the text that begins at column 7 has no closing quote'
    """
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    known = next((why for said, why in _WHY.items() if error.msg.startswith(said)), None)
    return known.format(error.colno) if known else f"{error.msg} at column {error.colno}"
