"""Divide the records of a file into parts that may be tables of their own."""

import re
from dataclasses import dataclass
from itertools import pairwise

from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.layout import DOUBT_BITS, Layout, detect_layout
from pipeweave_dagster.core.ingest.text.name_costs import name_kind
from pipeweave_dagster.core.ingest.text.records import Record, filled_cells
from pipeweave_dagster.core.model.value_kinds import TYPED, kind_of

MIN_ROWS, MAX_PARTS = 2, 40
_MODEL_RECORDS = 200
_RUN, _MIN_TYPED = 3, 3
_COMPLETE, _TYPED_SHARE = 0.8, 0.8
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Part:
    """Consecutive records; if they are a table its header, and how many columns are typed."""

    start: int
    records: list[Record]
    names: tuple[str, ...] = ()
    typed: int = 0


def is_divided(records: list[Record]) -> bool:
    """Return whether records have more than one part."""
    return any(_begins(records, index) for index in range(1, len(records)))


def table_parts(records: list[Record]) -> list[Part]:
    """Divide records where blank lines or another number of fields separate them."""
    starts = [0, *(i for i in range(1, len(records)) if _begins(records, i)), len(records)]
    if len(starts) > MAX_PARTS:
        return []
    return [_part(start, records[start:end]) for start, end in pairwise(starts)]


def _begins(records: list[Record], index: int) -> bool:
    """Return whether a part may begin with a record."""
    above, record = records[index - 1], records[index]
    if is_blank(record):
        return False
    height = 1 + sum(field.count("\n") for field in above.fields)
    if is_blank(above) or record.line > above.line + height:
        return True
    if len(above.fields) == len(record.fields):
        return _names_amid_rows(records, index)
    before = {len(r.fields) for r in records[max(0, index - _RUN) : index]}
    after = {len(r.fields) for r in records[index : index + _RUN]}
    return len(before) == len(after) == 1 and before != after and index >= _RUN


def _names_amid_rows(records: list[Record], index: int) -> bool:
    """Return whether a record has words where the rows around it have values."""
    record = records[index]
    if index + 1 == len(records) or any(map(_DIGIT.search, record.fields)):
        return False
    if len(set(record.fields)) < len(record.fields) or not all(f.strip() for f in record.fields):
        return False
    around = zip(records[index - 1].fields, record.fields, records[index + 1].fields, strict=False)
    typed = [a for a, name, b in around if {kind_of(a), kind_of(b)} <= TYPED - {name_kind(name)}]
    return len(typed) >= _MIN_TYPED


def is_blank(record: Record) -> bool:
    """Return whether all fields of a record are blank."""
    return not any(field.strip() for field in record.fields)


def _part(start: int, records: list[Record]) -> Part:
    """Return a part, with the names of its header if it is a table."""
    trimmed = _trimmed([r for r in records if not is_blank(r)][:_MODEL_RECORDS])
    if len(trimmed) <= MIN_ROWS or modal_width(trimmed)[0] < 2:
        return Part(start, records)
    layout = detect_layout(trimmed)
    body = trimmed[layout.preamble + layout.header :]
    names = tuple(name.strip() for name in layout.names or ())
    typed = _typed_columns(names, body) if _has_certain_header(layout) else 0
    return Part(start, records, names if typed else (), typed)


def _trimmed(records: list[Record]) -> list[Record]:
    """Return records without the blank columns that a wider table beside them adds at the end."""
    width = max((i + 1 for r in records for i, f in enumerate(r.fields) if f.strip()), default=0)
    return [Record(r.line, r.fields[:width], r.repair) for r in records]


def _has_certain_header(layout: Layout) -> bool:
    doubtful = layout.margin < DOUBT_BITS and layout.runner_up is not None
    return layout.header > 0 and not (doubtful and layout.runner_up and layout.runner_up[1] == 0)


def _typed_columns(names: tuple[str, ...], body: list[Record]) -> int:
    """Return how many columns of a table are typed; 0 if the lines are not surely a table.

    Rows fill most columns, and each column has a name that is not itself a value.
    """
    width = len(names)
    words = all(names) and not any(name_kind(name) in TYPED for name in names)
    complete = [r for r in body if len(r.fields) == width and 2 * filled_cells(r.fields) > width]
    if width < 2 or not words or len(complete) < max(MIN_ROWS, _COMPLETE * len(body)):
        return 0
    return sum(map(_is_typed, zip(*(r.fields for r in complete), strict=True)))


def _is_typed(column: tuple[str, ...]) -> bool:
    filled = [value for value in column if value.strip()]
    return sum(kind_of(v) in TYPED for v in filled) >= max(MIN_ROWS, _TYPED_SHARE * len(filled))
