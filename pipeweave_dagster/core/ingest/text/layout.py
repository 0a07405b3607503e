"""Detect the layout of a file: preamble, header rows (any number), body.

Every division of the first lines into titles, header rows and body has a cost: the bits that the
lines take as what they are read as. The cheapest is taken, and where another is nearly as cheap,
the plainer one of both: one header row at the top. So a rule never wins by standing first.
"""

import math
from dataclasses import dataclass

from pipeweave_dagster.core.ingest.text.dialect_score import modal_width
from pipeweave_dagster.core.ingest.text.header_rows import has_only_names, join_header_rows
from pipeweave_dagster.core.ingest.text.layout_costs import layout_bits
from pipeweave_dagster.core.ingest.text.line_roles import Line
from pipeweave_dagster.core.ingest.text.records import Record

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
        margin: Bits between the second cheapest reading and this one; below 2 it is doubtful.
    """

    preamble: int
    header: int
    width: int
    names: list[str] | None
    runner_up: tuple[int, int] | None = None
    margin: float = math.inf


def detect_layout(records: list[Record], expected_names: tuple[str, ...] = ()) -> Layout:
    """Detect the layout from the first records of a file (a few hundred are enough).

    Args:
        records: The first records.
        expected_names: Expected column names; a row with more than half of them is the header.
    """
    width = modal_width(records)[0] if records else 0
    lines = [Line(_cells(r.fields, width)[:_MODEL_COLUMNS], len(r.fields), width) for r in records]
    expected = {name.strip().casefold() for name in expected_names}
    for index, line in enumerate(lines[:LOOK_AHEAD]):
        known = sum(name.strip().casefold() in expected for name in records[index].fields)
        if expected and 2 * known > line.width:
            return Layout(index, 1, width, records[index].fields)
    if len(lines) < 2:
        named = bool(lines) and has_only_names(lines[0])
        return Layout(0, int(named), width, records[0].fields if named else None)
    ranked = sorted(layout_bits(lines, LOOK_AHEAD))
    best = _plainest([layout for layout in ranked if layout[0] <= ranked[0][0] + DOUBT_BITS])
    bits, preamble, header = best
    other = next((layout for layout in ranked if layout is not best), None)
    fields = [record.fields for record in records[preamble : preamble + header]]
    names = join_header_rows(fields, width) if header else None
    runner_up, margin = (other[1:], other[0] - bits) if other else (None, math.inf)
    return Layout(preamble, header, width, names, runner_up, margin)


def _cells(fields: list[str], width: int) -> list[str]:
    return [f.strip() for f in fields[:width]] + [""] * (width - len(fields))


def _plainest(layouts: list[tuple[float, int, int]]) -> tuple[float, int, int]:
    return min(layouts, key=lambda layout: (layout[1:] != (0, 1), layout[0]))
