# ruff: noqa: SLF001 - the weights are private constants of the modules that use them
"""The weights of the layout, and the loss of the examples under them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from layout_parts.examples import Example
from pipeweave_dagster.core.ingest.text import layout_costs, line_roles, name_costs
from pipeweave_dagster.core.ingest.text.cells_below import CellsBelow
from pipeweave_dagster.core.ingest.text.first_lines import Line
from pipeweave_dagster.core.ingest.text.header_rows import can_be_header
from pipeweave_dagster.core.ingest.text.layout import LOOK_AHEAD, _line
from pipeweave_dagster.core.ingest.text.layout_costs import _bodies, _Body

MODULES = {"names": name_costs, "roles": line_roles, "layout": layout_costs}
_KEPT_BITS = 80.0
_SCALE = 4.0
"""Bits by which the truth must be cheaper for a loss of 0.06."""


def weight_names() -> list[tuple[str, str]]:
    """Return module and name of each number of bits."""
    return [
        (module, name)
        for module, source in MODULES.items()
        for name, value in sorted(vars(source).items())
        if name.endswith("_BITS") and isinstance(value, float)
    ]


@dataclass
class Prepared:
    """An example with its bodies, which do not depend on the weights, and likely candidates."""

    example: Example
    lines: list[Line]
    bodies: list[_Body]
    candidates: list[tuple[int, int]]


def prepare(example: Example) -> Prepared | None:
    """Return an example with its candidates; None if the truth is not among them."""
    width = max(len(r.fields) for r in example.records[-20:])
    lines = [_line(record, width) for record in example.records]
    last = min(LOOK_AHEAD, len(lines) - 1)
    bodies = [*_bodies(lines, LOOK_AHEAD, last)]
    found = [
        (start - header, header)
        for start, body in enumerate(bodies)
        for header in range(min(start, len(layout_costs._HEADER_BITS) - 1) + 1)
        if can_be_header(lines[start - header : start], body.models)
    ]
    if example.truth not in found:
        return None
    ready = Prepared(example, lines, bodies, found)
    costs = dict(_costs(ready))
    limit = min(costs.values()) + _KEPT_BITS
    ready.candidates = [c for c in found if costs[c] <= limit or c == example.truth]
    return ready


def _costs(ready: Prepared) -> Iterator[tuple[tuple[int, int], float]]:
    lines, bodies = ready.lines, ready.bodies
    most = max(titles for titles, _ in ready.candidates)
    titles = [*accumulate(layout_costs._title_bits(lines[:most], bodies[0]), initial=0.0)]
    again = CellsBelow(lines)
    for above, header in ready.candidates:
        start = above + header
        bits = titles[above] + layout_costs._HEADER_BITS[header] + bodies[start].bits
        bits += layout_costs._TITLES_ALONE_BITS if start and not header else 0.0
        block = lines[above:start]
        names = layout_costs._names_bits(block, start, bodies[start], again)
        yield (above, header), bits + names


def losses(ready: list[Prepared]) -> tuple[float, float]:
    """Return the mean loss, and the share of examples whose true layout is the cheapest."""
    total, right = 0.0, 0
    for one in ready:
        costs = dict(_costs(one))
        true = costs.pop(one.example.truth)
        margin = min(costs.values(), default=math.inf) - true
        total += math.log1p(math.exp(-max(-60.0, min(60.0, margin)) / _SCALE))
        right += margin > 0
    return total / len(ready), right / len(ready)
