"""Several tables one under another in a file: the first is read, the others are named.

A second table needs positive evidence: it stands below blank lines or has another number of
fields, and its first line is a header of other names above typed columns. Groups of rows that blank
lines separate, and repeated headers, are parts of one table.
"""

import re
from itertools import dropwhile

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import LeftOutLine
from pipeweave_dagster.core.ingest.text.detect_dialect import detect_dialect
from pipeweave_dagster.core.ingest.text.line_marks import is_comment
from pipeweave_dagster.core.ingest.text.non_rows import ANOTHER_TABLE, BELOW_TABLE, left_out_line
from pipeweave_dagster.core.ingest.text.records import Record, TextDialect, filled_cells
from pipeweave_dagster.core.ingest.text.table_parts import (
    MAX_PARTS,
    MIN_ROWS,
    Part,
    is_blank,
    is_divided,
    table_parts,
)

_BLANK_LINES = re.compile(r"\n[ \t\r,;|]*\n\s*")
_MIN_TYPED_OF_EQUAL_WIDTH, _SAME_NAMES = 2, 0.5
_MOST_TEXT = 160
_MAX_RATIO = 20
"""A block above so much larger a table is its summary."""


def end_of_first_table(records: list[Record]) -> int | None:
    """Return the number of records above the second table; None if there is one table at most.

    Args:
        records: Records of a file, from the line on which reading begins.
    """
    if not is_divided(records):  # as usual, and much cheaper to find out than the header of a part
        return None
    parts = table_parts(records)
    tables = [part for part in parts if part.names]
    others = [part for part in tables[1:] if _differs(part, tables[0])]
    if not others or _describes(tables[0], others[0]):
        return None
    end = parts.index(others[0])
    while _is_note(parts[end - 1]):
        end -= 1
    return parts[end].start


def _describes(first: Part, second: Part) -> bool:
    """Return whether a block is metadata or a summary of a table below it, not a table itself."""
    pairs = len(first.names) == 2 < len(second.names)
    if pairs and len(second.records) > len(first.records):
        return True
    return len(second.records) > _MAX_RATIO * len(first.records)


def _is_note(part: Part) -> bool:
    """Return whether the lines of a part have one text each."""
    return all(filled_cells(record.fields) <= 1 for record in part.records)


def lines_below(records: list[Record], end: int) -> list[LeftOutLine]:
    """Return the tables below the first one, and the lines that are in none of them."""
    rest = records[end:]
    left_out: list[LeftOutLine] = []
    for part in table_parts(rest) or [Part(0, rest)]:
        if part.names:
            left_out.append(_named(part))
        else:
            left_out += [left_out_line(r, BELOW_TABLE) for r in part.records if not is_blank(r)]
    return left_out


def _named(table: Part) -> LeftOutLine:
    """Return a table as one line that is left out: its header, and how many lines follow."""
    names = " | ".join(table.names)[:_MOST_TEXT]
    text = f"{names} (and {counted(len(table.records) - 1, 'line')} below)"
    line, fields = table.records[0].line, len(table.names)
    return LeftOutLine(line=line, kind=ANOTHER_TABLE, text=text, fields=fields)


def dialect_of_blocks(sample: str) -> TextDialect | None:
    """Return the dialect that the blocks between blank lines share; None if they share none.

    Blocks of comments or notes, one text per line, may stand above the first table.
    """
    blocks = [b for b in _BLANK_LINES.split(sample) if b.count("\n") >= MIN_ROWS]
    if not 2 <= len(blocks) <= MAX_PARTS:
        return None
    tables = dropwhile(lambda block: all(map(is_comment, block.splitlines())), blocks)
    found = (detect_dialect(block + "\n") for block in tables)
    dialects = [*dropwhile(lambda dialect: dialect.delimiter is None, found)]
    shared = {dialect.delimiter for dialect in dialects}
    several = len(dialects) > 1 and len(shared) == 1 and None not in shared
    return dialects[0] if several else None


def _differs(part: Part, first: Part) -> bool:
    """Return whether a part is another table than the first; of equal width on stronger evidence.

    One word above numbers may be an odd value of a row that happens to follow a blank line.
    """
    if len(part.names) == len(first.names) and part.typed < _MIN_TYPED_OF_EQUAL_WIDTH:
        return False
    same = len({n.casefold() for n in part.names} & {n.casefold() for n in first.names})
    return same < _SAME_NAMES * max(len(part.names), len(first.names))
