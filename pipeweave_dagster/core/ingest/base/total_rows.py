"""Rows of a table whose first cell says that they are totals of others."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

_WORDS = (
    r"((grand |sub-?|overall )?totals?( g[eé]n[eé]ral)?|(sous-|sub)?totale?s?|totaal|totalt|"
    r"(gesamt|zwischen|end)?summe|gesamt(ergebnis)?|insgesamt|sum|suma|somme|razem|ogółem|celkem|"
    r"összesen|yhteensä|i alt|toplam|ukupno|skupaj|spolu|kokku|kopā|iš viso|"
    r"итого|всего|итог|разом|усього|общо|σύνολο|合计|总计|小计|合計|小計|総計|합계|소계|총계)"
)
_PERIOD = r"(\s+[12]\d{3}([-./]\d{1,2})?|\s+[qth]\d|\s+\d{1,2}[-./][12]\d{3})?"
TOTAL = re.compile(rf"{_WORDS}{_PERIOD}\s*:?", re.IGNORECASE)
_NAMED = re.compile(rf"{_WORDS}\s*(:|\s[-\u2013\u2014])\s*\S.{{0,60}}", re.IGNORECASE)
_LAST_ROWS, _LISTED, _MOST_TEXT = 20, 10, 200
_MOST_SHARE = 0.2


class NamedTotal(NamedTuple):
    """A row that looks like a total: its line in the file or sheet, and its first text."""

    line: int
    text: str


def named_totals(rows: Sequence[tuple[int, Sequence[str]]]) -> list[NamedTotal]:
    """Return the last rows that look like totals, with such rows above them.

    They are read: they have the columns of a row, and only the user knows whether it is a category.
    Where none stands at the end, or they are many, the word is a category.

    Args:
        rows: The rows of a table: line in the file or sheet, and cells.

    Example:
        >>> named_totals([(2, ["Ann", "5"]), (3, ["Total: all", "5"])])
        [NamedTotal(line=3, text='Total: all')]
    """
    last = _totals(rows[-_LAST_ROWS:])
    if not last:
        return []
    found = _totals(rows)
    return found if len(found) <= _MOST_SHARE * len(rows) else last


def total_notes(totals: Sequence[NamedTotal], others: Collection[int] = ()) -> list[str]:
    """Return a note on rows that look like totals.

    Args:
        totals: These rows.
        others: Lines of which something else is said.
    """
    totals = [total for total in totals if total.line not in others]
    if not totals:
        return []
    if len(totals) == 1:
        [(line, first)] = totals
        row = f"The row in line {line} looks like a total ({first[:_MOST_TEXT]!r})"
        return [f"{row}; it was read like any other."]
    start = f"{len(totals)} rows look like totals, and were read like any others"
    return [f"{start}: line {listed_lines(totals, _LISTED)}."]


def listed_lines(totals: Sequence[NamedTotal], most: int) -> str:
    """Return the lines of rows with their texts, at most so many."""
    named = ", ".join(f"{line} ({first[:_MOST_TEXT]!r})" for line, first in totals[:most])
    return named + (" …" if len(totals) > most else "")


def _totals(rows: Sequence[tuple[int, Sequence[str]]]) -> list[NamedTotal]:
    return [NamedTotal(line, first) for line, cells in rows if (first := _first_of_total(cells))]


def _first_of_total(cells: Sequence[str]) -> str | None:
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    is_total = len(filled) > 1 and (TOTAL.fullmatch(filled[0]) or _NAMED.fullmatch(filled[0]))
    return filled[0] if is_total else None
