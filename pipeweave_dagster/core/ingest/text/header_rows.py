"""Which lines can be a header, and how several header rows are joined into one."""

from itertools import accumulate, pairwise

from pipeweave_dagster.core.ingest.text.column_model import ColumnModel, cell_kind
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.name_costs import is_year, name_kind
from pipeweave_dagster.core.ingest.text.survey_choices import ANSWERS
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED

_MOST_TYPED = 0.3
_MOST_HEADERS = 20
_SAME_NAMES = 0.6
_ROW_LIKE = 0.6


def can_be_header(block: list[Line], models: list[ColumnModel]) -> bool:
    """Return whether lines can be the header; several only if there is evidence that they join.

    A single line that names only the first of several columns is a title. Of several lines none is
    a row of data, and each one but the last spans groups (it has blanks, or repeats a name beside
    it), or the line below it fills its blanks.
    """
    if not block:
        return True
    if len(block) > 1 and block[-1].filled > 1 and _looks_like_row(block[-1], models):
        return False
    if not block[0].filled or not block[-1].filled:
        return False
    if len(block) == 1:
        return block[0].width <= 2 or block[0].filled >= 2 or not block[0].cells[0]
    filled = [line for line in block if line.filled]
    named = (tells_apart(a, b) or not _has_values(a) for a, b in pairwise(filled))
    return all(named) and not _has_values(filled[-1]) and all(map(_join, filled, filled[1:]))


def tells_apart(upper: Line, lower: Line) -> bool:
    """Return whether a line names groups of columns, in which the names of the lower one repeat.

    Years or dates that each span the same names are groups, too.
    """
    names = [cell for cell in lower.cells if cell]
    if len({*names}) == len(names) or upper.filled < 2:
        return False
    groups = [*accumulate(upper.cells, _or_before)]
    pairs = [pair for pair in zip(groups, lower.cells, strict=True) if pair[1]]
    return len({*pairs}) == len(pairs)


def _or_before(before: str, cell: str) -> str:
    return cell or before


def repeated_headers(lines: list[Line]) -> set[int]:
    """Return which lines repeat names that stood before, as where files with headers were joined.

    They have no date or number, where usual lines do, and most names in the columns in which an
    earlier such line has them, which is not right above.
    """
    typed = [_typed_cells(line) for line in lines]
    usual = sorted(typed[i] for i, line in enumerate(lines) if line.filled)
    if not usual or usual[len(usual) // 2] == 0:
        return set()
    named: list[tuple[int, list[str]]] = []
    repeated = set()
    for index, line in enumerate(lines):
        if typed[index] or not _has_names(line):
            continue
        if any(place < index - 1 and _same_names(names, line) for place, names in named):
            repeated.add(index)
        elif len(named) < _MOST_HEADERS:
            named.append((index, line.cells))
    return repeated


def _typed_cells(line: Line) -> int:
    return sum(cell_kind(cell) in TYPED for cell in line.cells if cell)


def _has_names(line: Line) -> bool:
    filled = [cell for cell in line.cells if cell]
    return len(set(filled)) == len(filled) > 1 and not any(map(is_null_token, filled))


def _same_names(names: list[str], line: Line) -> bool:
    same = sum(a == b != "" for a, b in zip(names, line.cells, strict=True))
    return same > _SAME_NAMES * line.filled


def has_only_names(line: Line) -> bool:
    """Return whether a line could be a header: distinct cells without typed values."""
    filled = [cell for cell in line.cells if cell]
    typed = any(cell_kind(cell) in TYPED and not cell.isalpha() for cell in filled)
    return bool(filled) and len(set(filled)) == len(filled) and not typed


def _has_values(line: Line) -> bool:
    """Return whether a line has tokens for missing values, or more than a few typed cells."""
    filled = [cell for cell in line.cells if cell]
    typed = sum(map(_is_value, filled))
    return any(map(is_null_token, filled)) or typed >= max(1, _MOST_TYPED * len(filled))


def _is_value(cell: str) -> bool:
    return name_kind(cell) in TYPED and not is_year(cell)


def _looks_like_row(line: Line, models: list[ColumnModel]) -> bool:
    """Return whether the cells of a line have the shapes of their columns, and differ."""
    filled = [(cell, model) for cell, model in zip(line.cells, models, strict=False) if cell]
    known = sum(model.knows_shape(cell) for cell, model in filled)
    distinct = len({cell for cell, _ in filled})
    return known >= _ROW_LIKE * len(filled) and distinct > _ROW_LIKE * len(filled)


def _join(upper: Line, lower: Line) -> bool:
    """Return whether the upper of two lines of a header names groups of columns of the lower."""
    if upper.cells == lower.cells:
        return True
    if upper.filled < 2:
        return False
    beside = [*pairwise(zip(upper.cells, lower.cells, strict=True))]
    repeats = any(a and a == b and below != next_ for (a, below), (b, next_) in beside)
    spans = any(a and not b and below and next_ for (a, below), (b, next_) in beside)
    pairs = [p for p in zip(upper.cells, lower.cells, strict=True) if p[1]]
    distinguishes = len({*pairs}) > len({below for _, below in pairs}) and not any(
        name and _is_value(below) for name, below in pairs
    )
    names_rows = not upper.cells[0] and bool(lower.cells[0]) and lower.filled == 1
    extends = bool(upper.cells[0]) and not lower.cells[0] and lower.filled <= upper.filled
    return repeats or spans or extends or names_rows or distinguishes


def join_header_rows(header: list[list[str]], width: int) -> list[str]:
    """Join header rows with a space; a group's name is repeated over the columns it spans.

    That an answer is free text, as survey tools write below a question, is no part of its name.
    """
    if len(header) == 1:
        return header[0]
    spanned = [_fill_spanned(row, header[i + 1 :], width) for i, row in enumerate(header)]
    shown = zip(header, header[1:], spanned[1:], strict=False)
    filled_rows = [spanned[0], *(_without_answers(*rows) for rows in shown)]
    count = max(len(row) for row in filled_rows)
    return [
        " ".join(row[j].strip() for row in filled_rows if j < len(row) and row[j].strip())
        for j in range(count)
    ]


def _without_answers(above: list[str], row: list[str], spanned: list[str]) -> list[str]:
    """Return a row without the words for free answers below a name."""
    named = [*map(str.strip, above), *[""] * len(row)]
    free = [cell.strip().casefold() in ANSWERS for cell in [*row, *[""] * len(spanned)]]
    return ["" if a and b else cell for cell, a, b in zip(spanned, named, free, strict=False)]


def _fill_spanned(row: list[str], below: list[list[str]], width: int) -> list[str]:
    if not below:
        return row
    cells = row + [""] * (width - len(row))
    for j in range(1, min(width, len(cells))):
        named_below = any(j < len(r) and r[j].strip() for r in below)
        beside = any(j - 1 < len(r) and r[j - 1].strip() for r in below)
        if not cells[j].strip() and named_below and beside:
            cells[j] = cells[j - 1]
    return cells
