"""Detect the layout of a file: preamble, header rows (any number), body.

Every column of the body is profiled; the first row whose cells match their columns starts the body.
Above it are the header (rows that name most columns) and the preamble (titles).
"""

from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.body_columns import (
    BodyColumn,
    has_a_name,
    is_repeated_header,
    is_sequence_header,
    likeness,
)
from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.header_rows import (
    find_header_rows,
    has_only_names,
    is_subheader,
    join_header_rows,
)
from pipeweave_dagster.core.ingest.text.records import Record, filled_cells

_LOOK_AHEAD = 40


@dataclass(frozen=True)
class Layout:
    """Number of preamble and header rows, in that order before the body.

    Attributes:
        preamble: Number of rows above the header.
        header: Number of header rows.
        width: Number of columns of the body.
        names: Texts of the header (several rows joined by a space), None without a header.
    """

    preamble: int
    header: int
    width: int
    names: list[str] | None


def detect_layout(records: list[Record], expected_names: tuple[str, ...] = ()) -> Layout:
    """Detect the layout from the first records of a file (a few hundred are enough).

    Args:
        records: The first records.
        expected_names: Expected column names; a row with more than half of them is the header.
    """
    width = modal_width(records)[0] if records else 0
    rows = [_cells(r.fields, width) for r in records]
    expected = {name.strip().casefold() for name in expected_names}
    for index, row in enumerate(rows[:_LOOK_AHEAD]):
        if expected and 2 * sum(c.casefold() in expected for c in row) > len(row):
            return Layout(index, 1, width, records[index].fields)
    start = _body_start(rows, records, width)
    if start == 0:
        return Layout(0, 0, width, None)
    while start < len(rows) - 1 and start > 0 and is_subheader(rows, start):
        start += 1
    header = find_header_rows(rows, records, start)
    if not header:
        return Layout(start, 0, width, None)
    names = join_header_rows([records[i].fields for i in header], width)
    return Layout(header[0], len(header), width, names)


def _cells(fields: list[str], width: int) -> list[str]:
    return [f.strip() for f in fields[:width]] + [""] * (width - len(fields))


def _body_start(rows: list[list[str]], records: list[Record], width: int) -> int:
    """Return the index of the first row of the body."""
    if len(rows) == 1:
        return 1 if has_only_names(rows[0]) else 0
    first = max(1, min(_LOOK_AHEAD, len(rows) // 2))
    full_width = [
        r for r, rec in zip(rows[first:], records[first:], strict=True) if len(rec.fields) == width
    ]
    reference = (
        [r for r in full_width if filled_cells(r)]
        or [r for r in rows[1:] if filled_cells(r)]
        or rows[1:]
    )
    columns = _columns(reference, width)
    for index, row in enumerate(rows[: first + 1]):
        if is_sequence_header(row, columns):
            return index + 1
    typical = sorted(filled_cells(r) for r in reference)[len(reference) // 2]
    for index, row in enumerate(rows[: first + 2]):
        if index >= first:  # a row is not compared with itself
            columns = _columns(rows[index + 1 :] or [row], width)
        if filled_cells(row) < max(1, 0.5 * typical) or likeness(row, columns) < 0.5:
            continue
        if index == 0 and has_a_name(row, columns):
            continue
        if not is_repeated_header(row, columns):
            return index
    return 1


def _columns(rows: list[list[str]], width: int) -> list[BodyColumn]:
    return [BodyColumn([r[j] for r in rows]) for j in range(width)]
