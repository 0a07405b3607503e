"""A table of few rows in a file with more lines of other kinds, which must not decide its dialect.

Instruments, banks and web analytics write settings, accounts and notes above and below a table.
Where it is short, most lines fit another delimiter, one column, or pairs of a name and a value. The
table is known by its header: distinct names of three columns or more, above typed columns.
"""

from typing import NamedTuple

from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.records import (
    Record,
    TextDialect,
    filled_cells,
    parse_records,
)
from pipeweave_dagster.core.ingest.text.table_parts import Part, table_parts

_DELIMITERS = (",", ";", "\t", "|")
_MOST_RECORDS, _MIN_COLUMNS, _PAIR = 120, 3, 2


class ShortTable(NamedTuple):
    """A table within a file: its dialect, the fields per record, and the records up to its end.

    The end is None unless pairs of a name and a value stand below it, and nothing wider.
    """

    dialect: TextDialect
    width: int
    end: int | None = None


def short_table(sample: str, chosen: TextDialect) -> ShortTable | None:
    r"""Return the largest table of a short file, if it has another dialect or width than the file.

    Args:
        sample: The first lines of the file.
        chosen: The dialect that fits all lines best; it stays if there is a table under it.

    Example:
        >>> rows = "".join(f"{n},{n * n},{n / 2}\n" for n in range(3))
        >>> text = f"Run: 7\nLot: x\nBy: me\nOn: y\n\nn,square,half\n{rows}"
        >>> found = short_table(text, TextDialect(":"))
        >>> found.dialect.delimiter, found.width
        (',', 3)
    """
    records = parse_records(sample, chosen, limit=_MOST_RECORDS + 1)
    if len(records) > _MOST_RECORDS or _is_regular(records):
        return None
    if chosen.delimiter in _DELIMITERS and (table := _largest(records)) is not None:
        placed = _placed(chosen, table, records)
        outnumbered = modal_width(records)[0] <= _PAIR < placed.width
        return placed if outnumbered or placed.end is not None else None
    others = [(d, parse_records(sample, d)) for d in _dialects(sample)]
    found = [(d, part, found) for d, found in others if (part := _largest(found)) is not None]
    best = max(found, key=lambda entry: _cells(entry[1]), default=None)
    return _placed(*best) if best else None


def _placed(dialect: TextDialect, table: Part, records: list[Record]) -> ShortTable:
    width, end = modal_width(table.records)[0], table.start + len(table.records)
    below = records[end:]
    pairs = any(filled_cells(record.fields) == _PAIR for record in below)
    ends = pairs and all(len(record.fields) <= _PAIR < width for record in below)
    return ShortTable(dialect, width, end if ends else None)


def _is_regular(records: list[Record]) -> bool:
    """Return whether all records have as many fields, of which there are several."""
    widths = {len(record.fields) for record in records}
    return len(widths) == 1 and 1 not in widths


def _dialects(sample: str) -> list[TextDialect]:
    return [TextDialect(delimiter, '"') for delimiter in _DELIMITERS if delimiter in sample]


def _largest(records: list[Record]) -> Part | None:
    """Return the part with a header of three names or more that has most cells."""
    tables = [part for part in table_parts(records) if len(part.names) >= _MIN_COLUMNS]
    return max(tables, key=_cells, default=None)


def _cells(table: Part) -> int:
    return len(table.names) * len(table.records)
