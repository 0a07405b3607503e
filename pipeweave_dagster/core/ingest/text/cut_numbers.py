"""Numbers that their own comma has cut in two, as in `1,Ulm,12,50` below `id,place,amount`."""

import re
from itertools import pairwise

from pipeweave_dagster.core.model.value_kinds import kind_of

_WHOLE = re.compile(r"[-+]?\d+")
_DECIMALS, _THOUSANDS = 2, 3
_KEY = re.compile(
    r"(?:.*[ _-])?(?:id|nr|no|num|number|nummer|key|code|index|idx|row|pk)[ _.-]*|"
    r"(?:id|key)[ _-].*|[a-z]+(?:Id|ID|Nr|No)|#",
    re.IGNORECASE,
)
_DATE = re.compile(r".*(?:date|datum|day|tag|time|zeit|fecha).*", re.IGNORECASE)
_DATES = {"date", "datetime", "time"}


def cut_numbers(columns: list[list[str]]) -> int | None:
    """Return the first column whose numbers may go on in the next one; None without such a column.

    What goes on has two digits in every row, as decimals of amounts, or three, as behind a mark
    for thousands.

    Args:
        columns: The stripped cells of the rows.
    """
    for place, (whole, rest) in enumerate(pairwise(columns)):
        if _whole(whole) and _is_rest(rest):
            return place
    return None


def are_surely_cut(names: list[str], columns: list[list[str]]) -> bool:
    """Return whether the first name is that of the first column, and a number is cut further on.

    Otherwise the first column may have row names without a name, as R writes them.

    Args:
        names: The names, one less than columns.
        columns: The stripped cells of the rows.
    """
    if cut_numbers(columns) is None:
        return False
    if any(_is_rest(b) and any(x[0] == "0" for x in b) for a, b in pairwise(columns) if _whole(a)):
        return True
    first, second = columns[0], columns[1]
    if _DATE.fullmatch(names[0]):
        return _are_dates(first) and not _are_dates(second)
    return _KEY.fullmatch(names[0]) is not None and len(set(second)) < len(second)


def _whole(column: list[str]) -> bool:
    return all(map(_WHOLE.fullmatch, column))


def _is_rest(column: list[str]) -> bool:
    """Return whether cells have two digits each, or three."""
    sizes = {len(cell) for cell in column}
    return sizes in ({_DECIMALS}, {_THOUSANDS}) and all(map(str.isdecimal, column))


def _are_dates(column: list[str]) -> bool:
    return bool(column) and all(kind_of(cell) in _DATES for cell in column)
