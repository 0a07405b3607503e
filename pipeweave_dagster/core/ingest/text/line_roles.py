"""What it costs, in bits, to read a line as a title above a table, or as a row of it."""

import math

from pipeweave_dagster.core.ingest.text.column_model import ColumnModel, cell_kind, literal_bits
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.name_costs import NAME_KINDS
from pipeweave_dagster.core.model.value_kinds import TYPED

_TITLE_START_BITS, _TITLE_BITS = 8.0, 2.0
_FITTING_TITLE_BITS, _FULL_TITLE_BITS, _ONLY_COLUMN_BITS = 4.0, 12.0, 12.0
_TITLE_CELL_BITS, _FURTHER_TITLE_CELL_BITS, _FURTHER_RAGGED_CELL_BITS = 2.0, 12.0, 8.0
_SPARSE_BITS, _SPARSE_EMPTY_BITS, _SPARSE_FILLED_BITS = 5.0, 0.5, 1.0
_TITLE_WORD_BITS = 5.0
_REPEATED_CELL_BITS = 6.0
_MIN_REPEATED = 12
_ABSENT_BITS = 0.5
_ROW_BITS = 40.0


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
    if line.other_delimiter:  # a title may have as many words as the table has columns
        words = sum(literal_bits(cell) for cell, _ in filled)
        return bits + words + _TITLE_CELL_BITS + _TITLE_WORD_BITS * len(filled)
    bits += _FULL_TITLE_BITS * (line.is_complete and len(filled) == len(line.cells) > 1)
    further = _FURTHER_TITLE_CELL_BITS if line.is_complete else _FURTHER_RAGGED_CELL_BITS
    bits += _TITLE_CELL_BITS + further * (len(filled) - 1)
    for cell, model in filled:
        bits += min(literal_bits(cell), model.copy_bits(cell, counted=counted))
        bits -= math.log2(NAME_KINDS[cell_kind(cell)])
        bits += _FITTING_TITLE_BITS * (line.is_complete and model.knows_shape(cell))
    bits += _ROW_BITS * _is_row_beside_settings(line, models)
    return bits + (_ONLY_COLUMN_BITS if line.width == 1 else 0.0)


def _is_row_beside_settings(line: Line, models: list[ColumnModel]) -> bool:
    """Return whether a line has typed values as its columns have, and texts in blank columns.

    Oscilloscopes write their settings beside the first measurements.
    """
    pairs = [*zip(line.cells, models, strict=True)]
    beside = any(cell and model.is_blank for cell, model in pairs)
    kinds = [(cell_kind(cell), model) for cell, model in pairs if not model.is_blank]
    fits = all(kind in TYPED and model.kinds[kind] > 0 for kind, model in kinds)
    return beside and bool(kinds) and fits


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
    usual, sparse, before = 0.0, _SPARSE_BITS, ""
    long: set[str] = set()  # a second address is often the first one
    for cell, model in zip(line.cells[: line.fields], models, strict=False):
        own = model.bits(cell, counted=counted)
        if cell and (cell == before or cell in long):
            own = min(own, _REPEATED_CELL_BITS)
        before = cell
        if len(cell) >= _MIN_REPEATED:
            long.add(cell)
        usual += own
        sparse += own + _SPARSE_FILLED_BITS if cell else _SPARSE_EMPTY_BITS
    return bits + min(usual, sparse)
