"""Where the table stands in a file: preamble, header rows (several, or none), body.

Every column of the body is profiled; the first row whose cells belong to their columns starts the
body. What stands above it is header (rows that name most columns) and preamble (titles).
"""

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.dialects import modal_width
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.types.format_guesses import is_null_token
from pipeweave_dagster.core.ingest.types.value_kinds import TYPED, kind_of

_LOOK_AHEAD = 40
_ENOUGH = 10
_IN_BRACKETS = re.compile(r"\s*\(\d[\d.,]*\)\s*")


@dataclass(frozen=True)
class Layout:
    """Indices into the records: `preamble` rows, then `header` rows, then the body.

    `names` are the header's texts (several rows joined by one blank), None without a header.
    """

    preamble: int
    header: int
    width: int
    names: list[str] | None


def find_layout(records: list[Record], known: tuple[str, ...] = ()) -> Layout:
    """Decide the layout from the first records of a file (a few hundred are enough).

    Args:
        records: The first records.
        known: Column names to expect; a row that shows half of them is the header.
    """
    width = modal_width(records)[0] if records else 0
    rows = [_fit(r.fields, width) for r in records]
    expected = {k.strip().casefold() for k in known}
    for index, row in enumerate(rows[:_LOOK_AHEAD]):
        if expected and 2 * sum(c.casefold() in expected for c in row) > len(row):
            return Layout(index, 1, width, records[index].fields)
    start = _body_start(rows, records, width)
    if start == 0:
        return Layout(0, 0, width, None)
    while start < len(rows) - 1 and start > 0 and _is_subheader(rows, start):
        start += 1
    block = _header_block(rows, records, start)
    if not block:
        return Layout(start, 0, width, None)
    names = _join([records[i].fields for i in block], width)
    return Layout(block[0], len(block), width, names)


def _kind(text: str) -> str:
    """The kind of a cell; a number in brackets is an amount, as bookkeepers write a loss."""
    return "amount" if _IN_BRACKETS.fullmatch(text) else kind_of(text)


def _is_subheader(rows: list[list[str]], start: int) -> bool:
    """Whether the row, blank or not, only names columns that the row of names above leaves open."""
    above = next((r for r in reversed(rows[:start]) if _filled(r)), None)
    row = next((r for r in rows[start:] if _filled(r)), None)
    if above is None or row is None or _filled(above) < 2:
        return False
    words = all(_kind(c) not in TYPED for c in row if c)
    over = sum(bool(a) for a, c in zip(above, row, strict=True) if c)
    return words and not row[0] and _filled(row) >= 2 and over <= 0.5 * _filled(row)


def _fit(fields: list[str], width: int) -> list[str]:
    return [f.strip() for f in fields[:width]] + [""] * (width - len(fields))


def _filled(row: list[str]) -> int:
    return sum(bool(c) for c in row)


def _body_start(rows: list[list[str]], records: list[Record], width: int) -> int:
    if len(rows) == 1:
        return 1 if _names_only(rows[0]) else 0
    first = max(1, min(_LOOK_AHEAD, len(rows) // 2))
    usual = [
        r for r, rec in zip(rows[first:], records[first:], strict=True) if len(rec.fields) == width
    ]
    reference = [r for r in usual if _filled(r)] or [r for r in rows[1:] if _filled(r)] or rows[1:]
    columns = _columns(reference, width)
    for index, row in enumerate(rows[: first + 1]):
        if _is_sequence_header(row, columns):
            return index + 1
    typical = sorted(_filled(r) for r in reference)[len(reference) // 2]
    for index, row in enumerate(rows[: first + 2]):
        if index >= first:
            columns = _columns(rows[index + 1 :] or [row], width)  # none is compared to itself
        if _filled(row) < max(1, 0.5 * typical) or _likeness(row, columns) < 0.5:
            continue
        if index == 0 and _has_a_name(row, columns):
            continue
        if not _is_repeated_header(row, columns):
            return index
    return 1


def _columns(rows: list[list[str]], width: int) -> list["_Column"]:
    return [_Column([r[j] for r in rows]) for j in range(width)]


def _names_only(row: list[str]) -> bool:
    kinds = [_kind(c) for c in row if c]
    return bool(kinds) and not any(k in TYPED for k in kinds) and len(set(row)) == len(row)


class _Column:
    """What the values of one column of the body have in common."""

    def __init__(self, values: list[str]) -> None:
        kinds = Counter(_kind(v) for v in values)
        filled = [v for v in values if v]
        self.empties = kinds.pop("empty", 0) > 0 or len(filled) < len(values)
        self.kind, _count = max(kinds.items(), key=lambda t: t[1], default=("empty", 0))
        self.kinds = set(kinds)
        total = sum(kinds.values())
        typed = sum(n for k, n in kinds.items() if k in TYPED)
        self.share_typed = typed / total if total else 0.0
        self.typed = self.share_typed >= 0.8
        self.values = set(filled)
        self.closed = len(values) >= 10 and 0 < len(self.values) <= 0.25 * len(values)
        lengths = [len(v) for v in filled]
        self.shortest, self.longest = min(lengths, default=0), max(lengths, default=0)
        self.weight = 1.0 if self.typed or self.closed else 0.3 if total else 0.0

    def owns(self, cell: str) -> bool:
        if not cell:
            return self.empties
        kind = _kind(cell)
        if self.typed:
            return (kind in TYPED and kind in self.kinds) or (kind == "empty" and self.empties)
        if self.closed:
            return cell in self.values
        return kind in self.kinds and 0.6 * self.shortest <= len(cell) <= 1.5 * self.longest


def _likeness(row: list[str], columns: list[_Column]) -> float:
    """Weighted share of filled cells that belong to their column; 0.5 where nothing tells."""
    total = hit = 0.0
    for cell, column in zip(row, columns, strict=True):
        weight = column.weight * (1.0 if cell else 0.1)
        total += weight
        hit += weight * column.owns(cell)
    return hit / total if total else 0.5


def _is_repeated_header(row: list[str], columns: list[_Column]) -> bool:
    """Words, and nothing else, over columns that hold numbers: the names above stacked tables.

    A usual value of a column of few values is none of them, also where others there are of a type
    (`M` beside `F`, which is short for false).
    """
    over = sum(
        c.share_typed >= 0.3 and bool(cell) and not (c.closed and cell in c.values)
        for cell, c in zip(row, columns, strict=True)
    )
    return over > 0 and not any(_kind(c) in TYPED for c in row if c)


def _has_a_name(row: list[str], columns: list[_Column]) -> bool:
    """Whether a first row of different cells has a word over a column of numbers alone.

    So `0.5,1.5,target` is a header, although most of it would do for a row of the body.
    """
    if not all(row) or len(set(row)) < len(row):
        return False
    return any(
        c.share_typed == 1.0
        and len(c.values) >= _ENOUGH
        and _kind(cell) == "word"
        and not is_null_token(cell)
        for cell, c in zip(row, columns, strict=True)
    )


def _is_sequence_header(row: list[str], columns: list[_Column]) -> bool:
    """Years or numbers that run on by one (1999, 2000, 2001 …) name columns, also over numbers."""
    runs = 0
    for left, right in itertools.pairwise(row):
        if left.isdigit() and right.isdigit() and int(right) - int(left) == 1:
            runs += 1
    numbers = sum(c.isdigit() for c in row)
    return runs >= 2 and runs >= numbers - 1 and numbers >= 0.5 * len(columns)


def _header_block(rows: list[list[str]], records: list[Record], start: int) -> list[int]:
    """Indices of the header rows above the body, empty if there are only titles."""
    width = len(rows[0])
    whole = [len(r.fields) == width for r in records[:start]]
    last = start - 1
    # A row of another width between header and body is a broken row of the body.
    while last >= 0 and (not _filled(rows[last]) or (not whole[last] and any(whole[:last]))):
        last -= 1
    if last < 0 or (width > 2 and _filled(rows[last]) < 2 and rows[last][0]):
        return []
    first = last
    named = {j for j, c in enumerate(rows[last]) if c}
    for above in range(last - 1, max(-1, last - 6), -1):
        filled = {j for j, c in enumerate(rows[above]) if c}
        if not filled and len(named) < 0.8 * width:
            continue
        full = len(filled) >= max(2, 0.7 * width)
        gap = len(filled) >= 2 and bool(filled - named)
        if len(records[above].fields) != width or not (full or gap):
            break
        first = above
        named |= filled
    return _until_data(rows, first, last + 1)


def _until_data(rows: list[list[str]], first: int, start: int) -> list[int]:
    """Header rows hold names; a row with dates or numbers below one is a (broken) row of data."""
    block = [first]
    for index in range(first + 1, start):
        kinds = [_kind(c) for c in rows[index] if c]
        if kinds and sum(k in TYPED for k in kinds) >= 0.3 * len(kinds):
            break
        block.append(index)
    return block


def _join(header: list[list[str]], width: int) -> list[str]:
    """Join header rows with one blank; a group's name is carried over the columns it spans."""
    if len(header) == 1:
        return header[0]
    carried = [_carry(row, header[i + 1 :], width) for i, row in enumerate(header)]
    count = max(len(row) for row in carried)
    return [
        " ".join(row[j].strip() for row in carried if j < len(row) and row[j].strip())
        for j in range(count)
    ]


def _carry(row: list[str], below: list[list[str]], width: int) -> list[str]:
    if not below:
        return row
    cells = row + [""] * (width - len(row))
    for j in range(1, min(width, len(cells))):
        named_below = any(j < len(r) and r[j].strip() for r in below)
        beside = any(j - 1 < len(r) and r[j - 1].strip() for r in below)
        if not cells[j].strip() and named_below and beside:
            cells[j] = cells[j - 1]
    return cells
