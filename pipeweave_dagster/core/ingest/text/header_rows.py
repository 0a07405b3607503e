"""Find the header rows above the body, and join several into one."""

from pipeweave_dagster.core.ingest.text.body_columns import cell_kind
from pipeweave_dagster.core.ingest.text.records import Record, filled_cells
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED


def is_subheader(rows: list[list[str]], start: int) -> bool:
    """Return whether the next row only names columns that the header above leaves blank."""
    above = next((r for r in reversed(rows[:start]) if filled_cells(r)), None)
    row = next((r for r in rows[start:] if filled_cells(r)), None)
    if above is None or row is None or filled_cells(above) < 2:
        return False
    words = all(cell_kind(c) not in TYPED for c in row if c)
    repeated = sum(bool(a) for a, c in zip(above, row, strict=True) if c)
    return words and not row[0] and filled_cells(row) >= 2 and repeated <= 0.5 * filled_cells(row)


def has_only_names(row: list[str]) -> bool:
    """Return whether a row could be a header: distinct cells without typed values."""
    kinds = [cell_kind(c) for c in row if c]
    return bool(kinds) and not any(k in TYPED for k in kinds) and len(set(row)) == len(row)


def find_header_rows(rows: list[list[str]], records: list[Record], start: int) -> list[int]:
    """Return the indices of the header rows above the body, empty if there are only titles."""
    width = len(rows[0])
    complete = [len(r.fields) == width for r in records[:start]]
    last = start - 1
    # A row of another width between header and body is a malformed row of the body.
    while last >= 0 and (
        not filled_cells(rows[last]) or (not complete[last] and any(complete[:last]))
    ):
        last -= 1
    if last < 0 or (width > 2 and filled_cells(rows[last]) < 2 and rows[last][0]):
        return []
    first = last
    named = {j for j, c in enumerate(rows[last]) if c}
    for above in range(last - 1, max(-1, last - 6), -1):
        filled = {j for j, c in enumerate(rows[above]) if c}
        if not filled and len(named) < 0.8 * width:
            continue
        is_full = len(filled) >= max(2, 0.7 * width)
        fills_gaps = len(filled) >= 2 and bool(filled - named)
        if len(records[above].fields) != width or not (is_full or fills_gaps):
            break
        first = above
        named |= filled
    return _until_data_row(rows, first, last + 1)


def _until_data_row(rows: list[list[str]], first: int, start: int) -> list[int]:
    """Return the rows up to the first with dates or numbers: a (malformed) row of data."""
    rows_of_header = [first]
    for index in range(first + 1, start):
        kinds = [cell_kind(c) for c in rows[index] if c]
        if kinds and sum(k in TYPED for k in kinds) >= 0.3 * len(kinds):
            break
        rows_of_header.append(index)
    return rows_of_header


def join_header_rows(header: list[list[str]], width: int) -> list[str]:
    """Join header rows with a space; a group's name is repeated over the columns it spans."""
    if len(header) == 1:
        return header[0]
    filled_rows = [_fill_spanned(row, header[i + 1 :], width) for i, row in enumerate(header)]
    count = max(len(row) for row in filled_rows)
    return [
        " ".join(row[j].strip() for row in filled_rows if j < len(row) and row[j].strip())
        for j in range(count)
    ]


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
