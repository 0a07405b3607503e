"""Types, formats and widths of fields, as a line below the names of columns gives them.

USGS writes `5s`, `14n`, `20d` (RDB), Fortran, FITS and SPSS `I5`, `F8.2`, `A10`, SAS `$20.` and
`DATE9.`, C `%8.2f`, databases `varchar(20)`.
"""

import re
from collections.abc import Iterable

_SQL = (
    r"(?:(?:big|small|tiny|medium|u|unsigned )?int(?:eger)?(?:[248]|16|32|64)?(?: unsigned)?|"
    r"(?:big|small)?serial|float(?:[48]|32|64)?|double(?: precision)?|real|numeric|number|decimal|"
    r"(?:small)?money|currency|n?varchar2?|n?char|character(?: varying)?|bpchar|text|n?clob|blob|"
    r"string|str|bytea|bool(?:ean)?|bit|byte|short|long|date|time|(?:small)?datetime2?|"
    r"datetimeoffset|timestamp(?:tz|_ntz|_ltz)?|interval|object|category|factor|categorical|"
    r"continuous|discrete|uuid|uniqueidentifier|jsonb?|geometry|geography)"
    r"(?:\((?:\d+(?:, ?\d+)?|\d+ (?:byte|char)|max)\))?"
    r"(?: with(?:out)? time zone)?(?: not null| null)?"
)
_ARROW = (
    r"[iuf](?:8|16|32|64|128)|cat|enum|"
    r"(?:datetime|duration|list|array|struct|decimal|timestamp|date32|date64|time32|time64)\[.{1,20}\]"
)
TYPE = re.compile(rf"{_SQL}|{_ARROW}", re.IGNORECASE)
"""The type of a column: `varchar(20)`, `INTEGER`, `i64`."""
_FORTRAN = "[AIFEDGLXN]|E[SN]|A?HEX|[AESJ]?DATE|D?TIME|DATETIME|COMMA|DOT|DOLLAR|PCT"
_NOTATIONS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"\d{1,4}[sdn]",
        rf"\d{{0,3}}(?:{_FORTRAN})\d{{1,3}}(?:\.\d{{1,2}})?",
        r"%[-+0 ]?\d{0,3}(?:\.\d{1,2})?l?[a-z]",
        r"\$?[a-z]{0,12}\d{1,3}\.\d{0,2}",
    )
]
"""RDB; Fortran, FITS and SPSS; C; SAS. Beside `$20.`, `8.2` is a format, too."""
_NUMBER = re.compile(r"\d*\.?\d*")
_LEAST = 2


def are_types(cells: Iterable[str]) -> bool:
    """Return whether each of some cells is the type of a column."""
    return all(map(TYPE.fullmatch, cells))


def are_formats(line: list[str], rows: list[list[str]]) -> bool:
    """Return whether the cells of a line are the formats of the fields in the rows below.

    All are of one notation, and no field below looks like one: codes such as `A10` are values.

    Args:
        line: The stripped cells of the line.
        rows: The stripped cells of the rows below it.

    Example:
        >>> are_formats(["5s", "14n"], [["USGS", "9248"], ["USGS", "Ice"]])
        True
        >>> are_formats(["A10", "F8"], [["A11", "F2"], ["A10", "F4"]])
        False
    """
    places = [i for i, cell in enumerate(line) if cell]
    if len(places) < _LEAST or 2 * len(places) < len(line):
        return False
    form = next((form for form in _NOTATIONS if all(form.fullmatch(line[i]) for i in places)), None)
    certain = [i for i in places if not _NUMBER.fullmatch(line[i])]
    if form is None or not certain:
        return False
    below = (row[i] for row in rows for i in certain)
    return not any(form.fullmatch(cell) for cell in below if not _NUMBER.fullmatch(cell))
