"""What it costs, in bits, to read a line above or in a table as title, header or row."""

import itertools
import math
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.column_model import (
    ColumnModel,
    cell_kind,
    literal_bits,
)
from pipeweave_dagster.core.ingest.types.null_tokens import is_null_token
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED

# How likely a cell of a header is of a kind.
_NAME_KINDS = {
    "word": 0.55, "text": 0.25, "code": 0.12, "empty": 0.03, "number": 0.04, "bool": 0.005,
    "date": 0.004, "amount": 0.004, "time": 0.001, "datetime": 0.001, "url": 5e-4, "email": 5e-4,
}  # fmt: skip
_NULL_AS_NAME_BITS = 12.0
_REPEATED_NAME_BITS, _REPEATED_VALUE_BITS, _NEW_NAME_BITS = 4.0, 14.0, 3.5
_NEXT_NUMBER_BITS = 1.0
_TITLE_START_BITS, _TITLE_BITS = 8.0, 2.0
_FITTING_TITLE_BITS, _FULL_TITLE_BITS, _ONLY_COLUMN_BITS = 4.0, 8.0, 12.0
_TITLE_CELL_BITS, _FURTHER_TITLE_CELL_BITS, _FURTHER_RAGGED_CELL_BITS = 2.0, 14.0, 8.0
_SPARSE_BITS, _SPARSE_EMPTY_BITS, _SPARSE_FILLED_BITS = 5.0, 0.5, 1.0
_ABSENT_BITS = 0.5
_BLANK_BITS = 1.0
_NO_WORD_BITS = 24.0
_MOST_DIGITS = 10
_ONE_NAME_BITS, _OTHER_WIDTH_BITS, _MOST_WIDTH_BITS = 3.0, 20.0, 40.0
_ROW_NAMES_BITS = 6.0
_YEAR_BITS = 11.0
_LONG_NAME, _LONG_BITS, _MOST_LONG_BITS = 40, 0.1, 8.0


@dataclass(frozen=True)
class Line:
    """One of the first lines of a file.

    Attributes:
        cells: Its stripped cells, one per column; of wide tables only the first ones.
        fields: Number of its fields before padding.
        width: Number of columns of the table.
    """

    cells: list[str]
    fields: int
    width: int

    @property
    def filled(self) -> int:
        """Number of cells that are not blank."""
        return sum(map(bool, self.cells))

    @property
    def is_complete(self) -> bool:
        """Whether it has as many fields as the table has columns."""
        return self.fields == self.width


def header_bits(block: list[Line], models: list[ColumnModel]) -> float:
    """Return the bits of the lines of a header.

    Names are words, differ from each other, and are never tokens for missing values; a number is
    cheap where it is a year or follows from the one before it. A blank is cheap where another line
    names the column, or above row names where it is the only one, and a header without any word is
    rare. A name that is a value of its column, too (one answer of several), is not spelt again.

    Args:
        block: The lines, at least one.
        models: A model per column.
    """
    named = [any(line.cells[i] for line in block) for i in range(len(block[0].cells))]
    bits = sum(_names_bits(line.cells, named, models) for line in block)
    bits += sum(_other_width_bits(line) for line in block)
    cells = [cell for line in block for cell in line.cells if cell]
    words = any(name_kind(cell) in {"word", "text", "code"} for cell in cells)
    if _names_rows(block):
        return bits - _ROW_NAMES_BITS
    return bits if words or _runs(cells) or all(map(is_year, cells)) else bits + _NO_WORD_BITS


def name_kind(cell: str) -> str:
    """Return the kind of a name: a single letter (`y`, `t`) is short for a word, not for `yes`."""
    return "code" if len(cell) == 1 and cell.isalpha() else cell_kind(cell)


def _names_rows(block: list[Line]) -> bool:
    """Return whether lines name every column but the first, which a line of its own may name."""
    *above, last = block
    if last.filled == 1 and last.cells[0] and above and not any(a.cells[0] for a in above):
        last = above[-1]
    return not last.cells[0] and last.filled == len(last.cells) - 1


def _other_width_bits(line: Line) -> float:
    """Return the bits of a header with more or fewer names than columns; one is not rare."""
    difference = abs(line.fields - line.width)
    further = min(_OTHER_WIDTH_BITS * max(0, difference - 1), _MOST_WIDTH_BITS)
    return _ONE_NAME_BITS * (difference > 0) + further


def _names_bits(cells: list[str], named: list[bool], models: list[ColumnModel]) -> float:
    """Return the bits of one line of a header; `named` says which columns have a name at all."""
    if not any(cells):
        return _ABSENT_BITS
    total = 0.0
    seen: set[str] = set()
    beside = zip(["", *cells], cells, named, models, strict=False)
    for before, cell, has_name, model in beside:
        if not cell:
            total += _BLANK_BITS if has_name else -math.log2(_NAME_KINDS["empty"])
        elif _follows(before, cell):
            total += _NEXT_NUMBER_BITS
        elif is_null_token(cell):
            total += _NULL_AS_NAME_BITS + literal_bits(cell)
        elif cell in seen:
            typed = name_kind(cell) in TYPED
            total += _REPEATED_VALUE_BITS + literal_bits(cell) if typed else _REPEATED_NAME_BITS
        elif is_year(cell):
            total += _YEAR_BITS
        else:
            total -= math.log2(_NAME_KINDS[name_kind(cell)])
            total += min(_LONG_BITS * max(0, len(cell) - _LONG_NAME), _MOST_LONG_BITS)
            total += min(literal_bits(cell), model.copy_bits(cell, counted=False)) + _NEW_NAME_BITS
        seen.add(cell)
    return total


def is_year(cell: str) -> bool:
    """Return whether a cell is a year of the last or the coming two centuries."""
    return cell.isdecimal() and len(cell) == 4 and "1800" <= cell <= "2199"


def _follows(before: str, cell: str) -> bool:
    """Return whether a whole number is the next after another."""
    numbers = before.isdecimal() and cell.isdecimal() and len(cell) < _MOST_DIGITS
    return numbers and int(cell) - int(before) == 1


def _runs(cells: list[str]) -> bool:
    """Return whether most cells are consecutive numbers."""
    return 2 * sum(_follows(a, b) for a, b in itertools.pairwise(cells)) >= len(cells) > 2


def title_bits(line: Line, models: list[ColumnModel], *, first: bool, counted: bool) -> float:
    """Return the bits of a line that belongs to no table: a title, a comment, metadata.

    A line with a text in each of several columns is hardly a title, nor is one whose text looks
    like the values of its column.

    Args:
        line: The line.
        models: A model per column; a title may stand above several parts of a table.
        first: Whether no such line stands right above it.
        counted: Whether the line is one of those that the models have counted.
    """
    filled = [(cell, model) for cell, model in zip(line.cells, models, strict=True) if cell]
    if not filled:
        return _ABSENT_BITS
    bits = _TITLE_START_BITS if first else _TITLE_BITS
    bits += _FULL_TITLE_BITS * (line.is_complete and len(filled) == len(line.cells) > 1)
    further = _FURTHER_TITLE_CELL_BITS if line.is_complete else _FURTHER_RAGGED_CELL_BITS
    bits += _TITLE_CELL_BITS + further * (len(filled) - 1)
    for cell, model in filled:
        bits += min(literal_bits(cell), model.copy_bits(cell, counted=counted))
        bits -= math.log2(_NAME_KINDS[cell_kind(cell)])
        bits += _FITTING_TITLE_BITS * (line.is_complete and model.knows_shape(cell))
    return bits + (_ONLY_COLUMN_BITS if line.width == 1 else 0.0)


def row_bits(line: Line, models: list[ColumnModel], ragged_share: float, *, counted: bool) -> float:
    """Return the bits of a row of the body.

    Args:
        line: The line.
        models: A model per cell of the line.
        ragged_share: Share of rows with another number of fields than there are columns.
        counted: Whether the row is one of those that the models have counted.
    """
    if not line.filled:
        return _ABSENT_BITS
    if line.is_complete:
        bits = -math.log2(1 - ragged_share)
    else:
        bits = -math.log2(ragged_share) + _ABSENT_BITS * abs(line.fields - line.width)
    usual, sparse = 0.0, _SPARSE_BITS
    for cell, model in zip(line.cells[: line.fields], models, strict=False):
        own = model.bits(cell, counted=counted)
        usual += own
        sparse += own + _SPARSE_FILLED_BITS if cell else _SPARSE_EMPTY_BITS
    return bits + min(usual, sparse)
