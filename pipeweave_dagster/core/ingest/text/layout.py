"""Detect the layout of a file: preamble, header rows (any number), body.

Every division of the first lines into titles, header rows and body has a cost: the bits that the
lines take as what they are read as. The cheapest is taken, and where another is nearly as cheap,
the plainer one of both: one header row at the top. So a rule never wins by standing first.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeweave_dagster.core.ingest.text.comment_field import with_comment_field
from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.header_annotations import (
    annotated_header,
    annotations_below,
)
from pipeweave_dagster.core.ingest.text.header_rows import has_only_names, join_header_rows
from pipeweave_dagster.core.ingest.text.labelled_lines import labelled_lines
from pipeweave_dagster.core.ingest.text.layout_costs import layout_bits
from pipeweave_dagster.core.ingest.text.lines_above_names import LinesAboveNames
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.repair_record import OTHER_DELIMITER
from pipeweave_dagster.core.ingest.text.survey_choices import has_choices

LOOK_AHEAD = 40
DOUBT_BITS = 2.0
"""Layouts that cost at most so much more than the cheapest are possible, too (four to one)."""
_MODEL_COLUMNS = 100


@dataclass(frozen=True)
class Layout:
    """Number of preamble and header rows, in that order before the body.

    Attributes:
        preamble: Number of rows above the header.
        header: Number of header rows.
        width: Number of columns of the body.
        names: Texts of the header (several rows joined by a space), None without a header.
        runner_up: Number of preamble and header rows of the second cheapest reading.
        annotations: How many of the header rows describe the columns below their names.
        margin: Bits between the second cheapest reading and this one; below 2 it is doubtful.
    """

    preamble: int
    header: int
    width: int
    names: list[str] | None
    runner_up: tuple[int, int] | None = None
    margin: float = math.inf
    annotations: int = 0


def detect_layout(
    records: list[Record],
    expected_names: tuple[str, ...] = (),
    *,
    header: int | None = None,
    skip: int | None = None,
    ruled: int | None = None,
    width: int | None = None,
) -> Layout:
    """Detect the layout from the first records of a file (a few hundred are enough).

    Args:
        records: The first records.
        expected_names: Expected column names; a row with more than half of them is the header.
        header: Number of header rows, if it is known.
        skip: Number of lines above the header, if it is known.
        ruled: Index of the record that a rule below it makes the header.
        width: Number of columns, if it is known; else that of most records.
    """
    if width is None:
        width = modal_width(records)[0] if records else 0
        records, width = with_comment_field(records, width)
    lines = [_line(record, width) for record in records]
    detected = skip is None and header is None
    if detected and has_choices(lines):
        return _layout(records, width, (0, 2))
    names = _expected_line(records, lines, expected_names)
    names = ruled if names is None and detected else names
    if names is not None:
        described = labelled_lines(lines)
        below = described[1] if described and described[0] == names else 0
        return _annotated(records, width, names, below or annotations_below(lines, names))
    if skip is not None and header is not None:
        return _layout(records, width, (skip, header))
    if len(lines) < 2:
        return _layout(records, width, (0, int(bool(lines) and has_only_names(lines[0]))))
    annotated = _described(lines) if detected else None
    if annotated is not None:
        return _annotated(records, width, *annotated)
    return _cheapest(records, lines, header, skip)


def _expected_line(
    records: list[Record], lines: list[Line], expected_names: tuple[str, ...]
) -> int | None:
    """Return the first line in which more than half of the cells are expected names."""
    expected = {name.strip().casefold() for name in expected_names}
    for index, line in enumerate(lines[:LOOK_AHEAD] if expected else []):
        known = sum(name.strip().casefold() in expected for name in records[index].fields)
        if 2 * known > line.width:
            return index
    return None


def _described(lines: list[Line]) -> tuple[int, int] | None:
    """Return the place of names above lines that describe the columns, and the number of these."""
    names = LinesAboveNames(lines).names
    count = 0 if names is None else annotations_below(lines, names)
    below = (names, count) if names is not None and count else None
    found = [kind for kind in (annotated_header(lines), labelled_lines(lines), below) if kind]
    return max(found, key=sum, default=None)


def _cheapest(
    records: list[Record], lines: list[Line], header: int | None, skip: int | None
) -> Layout:
    """Return the layout with the lowest cost, as far as the settings leave a choice."""
    width = lines[0].width
    everything = _ranked(
        tuple((tuple(line.cells), line.fields, width, line.other_delimiter) for line in lines)
    )
    ranked = [
        layout for layout in everything if skip in {None, layout[1]} and header in {None, layout[2]}
    ]
    more = header is not None and skip is None and header > everything[0][2]
    if more or not ranked:
        return _layout(records, width, _as_set(everything[0], header, skip))
    best = _plainest([layout for layout in ranked if layout[0] <= ranked[0][0] + DOUBT_BITS])
    other = next((layout for layout in ranked if layout is not best), None)
    given = header is not None or skip is not None
    if other is None or given:
        return _layout(records, width, best[1:])
    return replace(
        _layout(records, width, best[1:]), runner_up=other[1:], margin=other[0] - best[0]
    )


# The dialect, the end of the first table and the layout each ask for the same lines.
@lru_cache(maxsize=8)
def _ranked(
    lines: tuple[tuple[tuple[str, ...], int, int, bool], ...],
) -> tuple[tuple[float, int, int], ...]:
    """Return the bits and counts of every layout, the cheapest first; a line is that of `Line`."""
    made = [Line([*cells], fields, width, other) for cells, fields, width, other in lines]
    return tuple(sorted(layout_bits(made, LOOK_AHEAD)))


def _layout(records: list[Record], width: int, counts: tuple[int, int]) -> Layout:
    preamble, header = counts
    fields = [record.fields for record in records[preamble : preamble + header]]
    return Layout(preamble, header, width, join_header_rows(fields, width) if fields else None)


def _as_set(
    detected: tuple[float, int, int], header: int | None, skip: int | None
) -> tuple[int, int]:
    """Return the layout of settings that detection does not give: the body stays in its place."""
    body = detected[1] + detected[2]
    if skip is not None:
        return skip, max(0, body - skip) if header is None else header
    rows = 1 if header is None else header
    return max(0, body - rows), rows


def _annotated(records: list[Record], width: int, index: int, annotations: int) -> Layout:
    """Return the layout with the names on a line, and lines below that describe the columns."""
    named = _layout(records, width, (index, 1))
    return replace(named, header=1 + annotations, annotations=annotations)


def _line(record: Record, width: int) -> Line:
    cells = [field.strip() for field in record.fields[: min(width, _MODEL_COLUMNS)]]
    cells += [""] * (min(width, _MODEL_COLUMNS) - len(cells))
    return Line(cells, len(record.fields), width, record.repair == OTHER_DELIMITER)


def _plainest(layouts: list[tuple[float, int, int]]) -> tuple[float, int, int]:
    return min(layouts, key=lambda layout: (layout[1:] != (0, 1), layout[0]))
