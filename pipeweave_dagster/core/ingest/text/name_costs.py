"""What it costs, in bits, to read lines as the header of a table."""

import itertools
import math
import re

from pipeweave_dagster.core.ingest.text.column_model import ColumnModel, cell_kind, literal_bits
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.model.null_tokens import is_null_token
from pipeweave_dagster.core.model.value_kinds import TYPED

# How likely a cell of a header is of a kind.
NAME_KINDS = {
    "word": 0.55, "text": 0.25, "code": 0.12, "empty": 0.03, "number": 0.04, "bool": 0.005,
    "date": 0.004, "amount": 0.004, "time": 0.001, "datetime": 0.001, "url": 5e-4, "email": 5e-4,
}  # fmt: skip
_NULL_AS_NAME_BITS = 12.0
_REPEATED_NAME_BITS, _REPEATED_VALUE_BITS, _NEW_NAME_BITS = 4.0, 14.0, 3.5
_NAME_OF_BLANKS_BITS, _JOINED_OVER_BLANKS_BITS = 3.0, 8.0
_NEXT_NUMBER_BITS = 1.0
_BLANK_BITS, _BLANK_LINE_BITS = 1.0, 0.5
_WORDS = {"word", "text", "code"}
_NO_NAME_BITS = -math.log2(NAME_KINDS["empty"])
_NO_WORD_BITS, _SETTINGS_BITS = 24.0, 60.0
_MOST_DIGITS = 10
_ONE_NAME_BITS, _OTHER_WIDTH_BITS, _MOST_WIDTH_BITS = 3.0, 20.0, 40.0
_ROW_NAMES_BITS = 6.0
_YEAR_BITS = 11.0
_OTHER_DELIMITER_BITS = 6.0
_THOUSANDS = 3
_COMMENT = re.compile(r"(#+|%+|//+|!+)(\s|$)")
_LONG_NAME, _LONG_BITS, _MOST_LONG_BITS, _LONG_JOINED_BITS = 40, 0.1, 8.0, 10.0


def header_bits(block: list[Line], models: list[ColumnModel]) -> float:
    """Return the bits of the lines of a header.

    Names are words, differ from each other, and are never tokens for missing values; a number is
    cheap where it is a year or follows from the one before it. A blank is cheap where another line
    names the column, above a column without values, or above row names where it is the only one. A
    header without any word is rare, more so if words stand beside it, above columns without values;
    so are names of such columns. One row of names may hold questions; long texts in several rows
    are rather data. A name that is a value of its column, too (one answer of several), is not spelt
    again.

    Args:
        block: The lines, at least one.
        models: A model per column.
    """
    named = [any(line.cells[i] for line in block) for i in range(len(block[0].cells))]
    bits = sum(_names_bits(line.cells, named, models) for line in block)
    bits += _NAME_OF_BLANKS_BITS * sum(_names_of_blanks(line, models) for line in block)
    bits += sum(_other_width_bits(line, models) for line in block)
    bits += sum(_OTHER_DELIMITER_BITS for line in block if line.other_delimiter)
    cells = [cell for line in block for cell in line.cells if cell]
    if len(block) > 1:
        bits += _LONG_JOINED_BITS * sum(len(cell) > _LONG_NAME for cell in cells)
        bits += _JOINED_OVER_BLANKS_BITS * sum(_names_of_blanks(line, models) for line in block)
    words = any(name_kind(cell) in _WORDS for cell in cells)
    above = _above_values(block, models)
    if words and above and not any(name_kind(cell) in _WORDS for cell in above):
        return bits + _SETTINGS_BITS
    if _names_rows(block):
        return bits - _ROW_NAMES_BITS
    years = len(cells) > 1 and all(map(is_year, cells))
    return bits if words or _runs(cells) or years else bits + _NO_WORD_BITS


def _above_values(block: list[Line], models: list[ColumnModel]) -> list[str]:
    """Return the names above columns with values: beside a table there may be settings of it."""
    pairs = [pair for line in block for pair in zip(line.cells, models, strict=False)]
    return [cell for cell, model in pairs if cell and not model.is_blank]


def name_kind(cell: str) -> str:
    """Return the kind of a name: a single letter (`y`, `t`) is short for a word, not for `yes`."""
    return "code" if len(cell) == 1 and cell.isalpha() else cell_kind(cell)


def _names_rows(block: list[Line]) -> bool:
    """Return whether lines name every column but the first, which a line of its own may name."""
    *above, last = block
    if last.filled == 1 and last.cells[0] and above and not any(a.cells[0] for a in above):
        last = above[-1]
    return not last.cells[0] and last.filled == len(last.cells) - 1


def _names_of_blanks(line: Line, models: list[ColumnModel]) -> int:
    """Return how many columns without any value a line names."""
    pairs = zip(line.cells, models, strict=False)
    return sum(bool(cell) and model.is_blank for cell, model in pairs)


def _other_width_bits(line: Line, models: list[ColumnModel]) -> float:
    """Return the bits of a header with more or fewer names than columns; one is not rare.

    Nor are fewer names where unquoted numbers with a delimiter as their mark were cut. The words of
    a comment are as many as there are columns only by chance.
    """
    difference = abs(line.fields - line.width)
    if 0 < line.width - line.fields <= _rests_of_numbers(models):
        return _ONE_NAME_BITS
    if difference and _COMMENT.match(line.cells[0]):
        return _MOST_WIDTH_BITS
    further = min(_OTHER_WIDTH_BITS * max(0, difference - 1), _MOST_WIDTH_BITS)
    return _ONE_NAME_BITS * (difference > 0) + further


def _rests_of_numbers(models: list[ColumnModel]) -> int:
    """Return how many columns may be what follows a mark inside numbers of the column before."""
    whole = [all(t.isdecimal() or not t for t in m.texts) and bool(m.texts) for m in models]
    short = [all(len(text) <= _THOUSANDS for text in model.texts) for model in models]
    return sum(a and b and c for a, b, c in zip(whole, whole[1:], short[1:], strict=False))


def _names_bits(cells: list[str], named: list[bool], models: list[ColumnModel]) -> float:
    """Return the bits of one line of a header; `named` says which columns have a name at all."""
    if not any(cells):
        return _BLANK_LINE_BITS
    total = 0.0
    seen: set[str] = set()
    beside = zip(["", *cells], cells, named, models, strict=False)
    for before, cell, has_name, model in beside:
        if not cell:
            total += _BLANK_BITS if has_name or model.is_blank else _NO_NAME_BITS
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
            total -= math.log2(NAME_KINDS[name_kind(cell)])
            total += min(_LONG_BITS * max(0, len(cell) - _LONG_NAME), _MOST_LONG_BITS)
            new = literal_bits(cell) + _NEW_NAME_BITS
            total += min(new, model.copy_bits(cell, counted=False))
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
