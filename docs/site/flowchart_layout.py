"""Place the boxes and arrows of a flowchart in layers, so that arrows go forward and rarely cross.

The usual steps: a layer per box, invisible boxes where an arrow passes a layer, an order within
each layer by the mean place of the neighbours, and places as near to these means as the widths of
the boxes allow.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

Point = tuple[float, float]
_SWEEPS = 24
_GAP, _BETWEEN_LAYERS, _MARGIN, _PASSAGE = 14.0, 38.0, 4.0, 10.0


class Layout(NamedTuple):
    """Width and height, the centres of the boxes by name, and the points of each arrow."""

    size: Point
    centres: dict[str, Point]
    lines: list[list[Point]]


def laid_out(
    sizes: Mapping[str, Point], arrows: Sequence[tuple[str, str]], *, across: bool, room: float
) -> Layout:
    """Return the places of boxes and arrows.

    Args:
        sizes: Width and height of each box.
        arrows: Start and end of each arrow; they form no cycle.
        across: Whether layers follow each other from left to right, instead of downwards.
        room: Further space between layers, for texts beside arrows.
    """
    layers = _layers(sizes, arrows)
    chains, passages = _chains(arrows, layers)
    along = {n: size[across] for n, size in sizes.items()} | dict.fromkeys(passages, _PASSAGE)
    deep = {n: size[not across] for n, size in sizes.items()}
    rows = _ordered(layers | passages, chains)
    places = _places(rows, chains, along)
    gap = _BETWEEN_LAYERS + (room if across else 0.0)
    every = layers | passages
    depths, end = _depths(rows, deep, gap)  # the middle of the layer of each
    # An arrow goes straight through a layer, so that it does not cross its boxes.
    for row in rows:
        deep |= {n: max(deep.get(o, 0.0) for o in row) for n in row if n in passages}

    def point(name: str, shift: float = 0.0) -> Point:
        depth = depths[name] + shift * deep[name] / 2
        return (depth, places[name]) if across else (places[name], depth)

    lines = [[point(n, side) for n in chain for side in (-1.0, 1.0)][1:-1] for chain in chains]
    breadth = max((places[n] + along[n] / 2 for n in every), default=0.0) + _MARGIN
    size = (end, breadth) if across else (breadth, end)
    return Layout(size, {n: point(n) for n in sizes}, lines)


def _layers(nodes: Iterable[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of each box: after all before it; what nothing leads to stands near its end.

    Boxes without an arrow have a layer of their own below.
    """
    above: dict[str, list[str]] = {n: [] for n in nodes}
    below: dict[str, list[str]] = {n: [] for n in nodes}
    for start, end in arrows:
        above[end].append(start)
        below[start].append(end)
    layers: dict[str, int] = {}
    for node in TopologicalSorter(above).static_order():
        layers[node] = max((layers[n] + 1 for n in above[node]), default=0)
    last = max((layers[n] for n in layers), default=0)
    for node, others in above.items():
        if not others:
            layers[node] = min((layers[n] for n in below[node]), default=last + 2) - 1
    return layers


def _chains(
    arrows: Sequence[tuple[str, str]], layers: Mapping[str, int]
) -> tuple[list[list[str]], dict[str, int]]:
    """Return the boxes that each arrow visits, and the layers of the invisible ones among them."""
    chains, passages = [], {}
    for number, (start, end) in enumerate(arrows):
        between = {f"{number}:{at}": at for at in range(layers[start] + 1, layers[end])}
        passages.update(between)
        chains.append([start, *between, end])
    return chains, passages


def _neighbours(chains: Iterable[list[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the boxes in the layer before each, and in the one after it."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for chain in chains:
        for start, end in pairwise(chain):
            before.setdefault(end, []).append(start)
            after.setdefault(start, []).append(end)
    return before, after


def _ordered(layers: Mapping[str, int], chains: list[list[str]]) -> list[list[str]]:
    """Return the boxes of each layer, in the order with the fewest crossings that was found."""
    rows: list[list[str]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    for node, layer in layers.items():
        rows[layer].append(node)
    before, after = _neighbours(chains)
    best, fewest = [list(row) for row in rows], _crossings(rows, after)
    for sweep in range(_SWEEPS):
        near = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            place = {n: i / max(1, len(r) - 1) for r in rows for i, n in enumerate(r)}
            row.sort(key=lambda n: _mean([place[o] for o in near.get(n, [n])]))
        count = _crossings(rows, after)
        if count < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def _crossings(rows: list[list[str]], after: Mapping[str, list[str]]) -> int:
    place = {n: i for row in rows for i, n in enumerate(row)}
    count = 0
    for row in rows:
        pairs = [(place[n], place[o]) for n in row for o in after.get(n, ())]
        count += sum((a - c) * (b - d) < 0 for a, b in pairs for c, d in pairs)
    return count // 2


def _places(
    rows: list[list[str]], chains: list[list[str]], along: Mapping[str, float]
) -> dict[str, float]:
    """Return the centre of each box within its layer, near the mean of its neighbours."""
    places = {n: 0.0 for row in rows for n in row}
    before, after = _neighbours(chains)
    for sweep in range(_SWEEPS):
        near = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            alone = [n for n in row if n not in before and n not in after]
            beside = near | {n: [*places] for n in alone}
            wanted = [_mean([places[o] for o in beside.get(n, [n])]) for n in row]
            places.update(zip(row, _apart(wanted, [along[n] for n in row]), strict=True))
    least = min((places[n] - along[n] / 2 for n in places), default=0.0)
    return {n: place - least + _MARGIN for n, place in places.items()}


def _apart(wanted: list[float], widths: list[float]) -> list[float]:
    """Return the places nearest to the wanted ones at which boxes do not touch, in their order."""
    offsets = [0.0]
    for a, b in pairwise(widths):
        offsets.append(offsets[-1] + (a + b) / 2 + _GAP)
    blocks: list[
        list[float]
    ] = []  # neighbours that would touch move together: their mean and number
    for place, offset in zip(wanted, offsets, strict=False):
        blocks.append([place - offset, 1.0])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean, count = blocks.pop()
            other, others = blocks[-1]
            blocks[-1] = [(mean * count + other * others) / (count + others), count + others]
    moved = [mean for mean, count in blocks for _ in range(int(count))]
    return [mean + offset for mean, offset in zip(moved, offsets, strict=False)]


def _depths(
    rows: list[list[str]], deep: Mapping[str, float], gap: float
) -> tuple[dict[str, float], float]:
    """Return the middle of the layer of each box, and where the last layer ends."""
    middles: dict[str, float] = {}
    at = _MARGIN
    for row in rows:
        depth = max((deep.get(n, 0.0) for n in row), default=0.0)
        middles |= dict.fromkeys(row, at + depth / 2)
        at += depth + gap
    return middles, at - gap + _MARGIN


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
