"""Divide delimited text into records.

The source is copied beside exported models.
"""

import csv
import io
import re

_ANY_BLANKS = r"\s+"
"""Any run of blanks, as `reading_of` writes it."""
_QUOTED_FIELD = r'"(?:[^"]|"")*"'
_UNIT = "\x1f"


def text_records(text: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    r"""Return the lines on which records begin, and their fields, without blank ones.

    Args:
        text: The text.
        delimiter: Of one or more characters, or `\s+` for any run of blanks.
    """
    text, delimiter = _with_one_character(text, delimiter)
    lines, records, line = [], [], 1
    usual = csv.field_size_limit(len(text) + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for fields in reader:
            if len(fields) > 1 or any(field.strip(" ") for field in fields):
                lines.append(line)
                records.append(fields)
            line = reader.line_num + 1
    finally:
        csv.field_size_limit(usual)
    return lines, records


def _with_one_character(text: str, delimiter: str) -> tuple[str, str]:
    """Return the text with a delimiter of one character, the only ones that `csv` knows."""
    if len(delimiter) == 1:
        return text, delimiter
    pattern = re.escape(delimiter)
    if delimiter == _ANY_BLANKS:
        pattern = r"[^\S\r\n]+"
        text = re.sub(rf"(?m)^{pattern}|{pattern}(?=\r?$)", "", text)
    return re.sub(f"({_QUOTED_FIELD})|{pattern}", lambda found: found[1] or _UNIT, text), _UNIT
