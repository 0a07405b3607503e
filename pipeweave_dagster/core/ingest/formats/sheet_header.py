"""Headers of several rows in a worksheet: groups of columns above their names."""

from itertools import pairwise
from typing import NamedTuple

from pipeweave_dagster.core.ingest.formats.sheet import MergedRange, Sheet
from pipeweave_dagster.core.model.null_tokens import is_null_token

_LOOKED_AT = 20
_MAX_LEVELS = 5
_YEARS = range(1900, 2101)


class JoinedHeader(NamedTuple):
    """A header of several rows that were joined: their number, and the names of the columns."""

    levels: int
    names: tuple[str, ...]


def join_header(sheet: Sheet) -> JoinedHeader:
    """Join the rows of a header with merged cells into its last row.

    A cell merged over columns names a group of them, if the row below names each of them. A title
    merged over the whole table does not.

    Args:
        sheet: The worksheet; its header rows are replaced by one.

    Returns:
        The number of rows, 1 without groups, and the names of the columns.
    """
    sheet.merged += _groups_without_merges(sheet)
    for first in sorted(sheet.rows)[:_LOOKED_AT]:
        last = _last_level(sheet, first)
        if last > first:
            levels = [r for r in range(first, last + 1) if r in sheet.rows]
            sheet.rows[last] = joined_names(sheet, levels)
            for row in levels[:-1]:
                del sheet.rows[row]
            sheet.merged = [m for m in sheet.merged if m.first_row > last]
            return JoinedHeader(len(levels), tuple(sheet.rows[last].values()))
        if any(not isinstance(v, str) for v in sheet.rows[first].values()):
            break
    return JoinedHeader(1, ())


def _groups_without_merges(sheet: Sheet) -> list[MergedRange]:
    """Return the ranges of names in the first row that blanks to their right belong to.

    Evidence: the second row has only texts, none of them a missing value, where rows below have
    numbers, so it names columns; and the first row is blank where the second names several.
    """
    numbers = sorted(sheet.rows)[:_LOOKED_AT]
    if len(numbers) < 3 or numbers[1] != numbers[0] + 1:
        return []
    upper, lower = sheet.rows[numbers[0]], sheet.rows[numbers[1]]
    texts = all(isinstance(v, str) for v in (*upper.values(), *lower.values()))
    numeric = {c for r in numbers[2:] for c, v in sheet.rows[r].items() if not isinstance(v, str)}
    if not texts or len(upper) < 2 or any(is_null_token(v.strip()) for v in lower.values()):
        return []
    anchors = [*sorted(upper), max(lower) + 1]
    return [
        MergedRange(numbers[0], numbers[0], first, after - 1)
        for first, after in pairwise(anchors)
        if after - first > 1
        and all(c in lower for c in range(first, after))
        and any(c in numeric for c in range(first, after))
    ]


def _last_level(sheet: Sheet, first: int) -> int:
    """Return the last row of the header that begins in a row; the row itself without groups."""
    row = first
    while row - first < _MAX_LEVELS:
        groups = [m for m in sheet.merged if m.first_row == row and _is_group(sheet, m)]
        if not groups:
            break
        row = max(m.last_row for m in groups) + 1
    if row > first and _names_rows(sheet, first, row):
        row += 1
    return row


def _names_rows(sheet: Sheet, first: int, leaf: int) -> bool:
    """Return whether the row below the header names only columns that have no name yet.

    So pandas writes the names of an index, below those of several levels of columns.
    """
    below, further = sheet.rows.get(leaf + 1, {}), sheet.rows.get(leaf + 2, {})
    named = {c for row in range(first, leaf + 1) for c in sheet.rows.get(row, {})}
    texts = all(isinstance(v, str) for v in below.values())
    return 0 < len(below) < len(further) and texts and not named & set(below)


def _is_group(sheet: Sheet, merged: MergedRange) -> bool:
    """Return whether a merged cell names the columns below it together."""
    cells = sheet.rows.get(merged.first_row, {})
    below = sheet.rows.get(merged.last_row + 1, {})
    if merged.first_column == merged.last_column or merged.first_column not in cells:
        return False
    columns = range(merged.first_column, merged.last_column + 1)
    named = [below[c] for c in columns if c in below]
    is_title = len(cells) == 1 and merged.first_column == min(below, default=0)
    texts = all(isinstance(v, str) for v in named) and all(
        isinstance(v, str) or v in _YEARS for v in below.values()
    )
    years = all(isinstance(v, int) and v in _YEARS for v in named)
    distinct = len(set(map(str, named))) == len(named)
    return len(named) >= 2 and not is_title and distinct and (texts or years)


def joined_names(sheet: Sheet, levels: list[int]) -> dict[int, str]:
    """Return the names of the columns: the texts of all levels, each once."""
    parts: dict[int, list[str]] = {}
    for row in levels:
        cells = dict(sheet.rows[row])
        for m in sheet.merged:
            if m.first_row == row and m.first_column in cells and row != levels[-1]:
                wide = range(m.first_column, min(m.last_column, m.first_column + 10_000) + 1)
                cells |= dict.fromkeys(wide, cells[m.first_column])
        for column, value in cells.items():
            texts = parts.setdefault(column, [])
            if str(value).strip() not in texts[-1:]:
                texts.append(str(value).strip())
    return {column: " ".join(texts) for column, texts in parts.items()}
