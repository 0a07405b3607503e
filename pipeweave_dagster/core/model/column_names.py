"""Match the columns of rows to score to those of the training table: by name, else by position.

Standard library only: the source is copied beside exported and registered models.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad\u200e\u200f"))
_NAMELESS = re.compile(r"unnamed: \d+", re.IGNORECASE)
"""The names that pandas gives columns without one."""
_JOINERS = "\u200c\u200d \t\r\n\u00a0"


class ColumnsError(ValueError):
    """The columns of the rows to score do not fit those of the training table."""


def visible_name(name: str) -> str:
    """Return a column name without invisible characters, its letters composed (Unicode NFC).

    Joiners inside a name stay, because some scripts need them.

    Example:
        >>> visible_name("\u200bTotal  Price\ufeff ")
        'Total Price'
    """
    if not name.isascii():
        name = unicodedata.normalize("NFC", name).translate(_UNSEEN).strip(_JOINERS)
    return " ".join(name.split())


def fold_name(name: str) -> str:
    """Fold case, whitespace and invisible characters, for comparing column names.

    Example:
        >>> fold_name("  Total  Price ")
        'total price'
    """
    return visible_name(name).casefold()


def match_columns(
    names: Sequence[str], columns: Mapping[str, str], table: Sequence[str], target: str | None
) -> dict[str, int]:
    """Return the position in the rows of each required column that they have, by name.

    Args:
        names: Names of the columns of the rows, blank where there is none.
        columns: Required columns of the training table: name, and name in the training file.
        table: Names of all columns of the training table, in order.
        target: The column that the rows may lack.

    Raises:
        ColumnsError: No column has a name, and their number fits neither the training table nor
            the required columns.

    Example:
        >>> match_columns(["AGE", "x"], {"age": "age", "sex": "sex"}, ["age", "sex", "y"], "y")
        {'age': 0}
    """
    if any(name.strip() for name in names):
        places = _by_name(names, columns)
        rest = [c for c, original in columns.items() if c not in places and not original.strip()]
        left = ["used" if j in places.values() else name for j, name in enumerate(names)]
        return places | _nameless(left, rest, table)
    required = list(columns)
    order = names_by_position(len(names), required, table, target)
    return {name: order.index(name) for name in required if name in order}


def _by_name(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    used: set[int] = set()
    for key_of in (str, fold_name):  # an exact match takes precedence over a similar name
        by_key: dict[str, list[int]] = {}
        for j, name in enumerate(names):
            if name.strip() and j not in used:
                by_key.setdefault(key_of(name), []).append(j)
        for column, original in columns.items():
            keys = [] if column in places else [original, column]
            found = [j for k in keys for j in by_key.get(key_of(k), ()) if j not in used]
            if found:
                places[column] = found[0]
                used.add(found[0])
    return places


def _nameless(names: Sequence[str], required: list[str], table: Sequence[str]) -> dict[str, int]:
    """Match columns without a name, such as row names of a data frame.

    If the rows have as many of them, they are in the same order, else at the same positions.
    """
    blank = [j for j, name in enumerate(names) if not name.strip() or _NAMELESS.fullmatch(name)]
    if len(required) == len(blank):
        return dict(zip(required, blank, strict=True))
    table = table or [f"column_{j + 1}" for j in range(len(names))]
    places = {name: j for j, name in enumerate(table) if j in blank}
    return {name: places[name] for name in required if name in places}


def names_by_position(
    width: int, required: list[str], table: Sequence[str], target: str | None
) -> list[str]:
    """Return the column names of rows without names, by their number of columns.

    Args:
        width: Number of columns of the rows, which may be above that of the names.
        required: Names of the columns that the model uses.
        table: Names of all columns of the training table, in order.
        target: The column that the rows may lack.

    Raises:
        ColumnsError: As `match_columns`.
    """
    without_target = [name for name in table if name != target]
    if not table or width == len(required) != len(without_target):
        return required[:width]
    if width >= len(table):
        return list(table)
    if width == len(without_target):
        return without_target
    raise ColumnsError(
        f"has {width} columns and no header, but the training table has {len(table)}"
    )
