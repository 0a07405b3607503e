"""Fewer tests for many parameters: every two values of two parameters still come together.

A test with three or more stacked `parametrize` has as many variants as the product of their
lengths. What a reader does wrong nearly always depends on one or two of them, and the rows of a
covering array hold each pair. A test asks for it with `@pytest.mark.pairwise`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import pytest


def keep_pairs(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what covers no further pair; a variant that is asked for alone stays."""
    variants: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("pairwise"):
            variants.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out: set[pytest.Item] = set()
    for same in variants.values():
        kept = covering([_values(item) for item in same])
        left_out |= {item for number, item in enumerate(same) if number not in kept}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _values(item: pytest.Item) -> dict[str, int]:
    """Return which object each parameter is; all variants have the same ones."""
    given: Mapping[str, object] = item.callspec.params  # type: ignore[attr-defined]
    return {name: id(value) for name, value in given.items()}


def covering(rows: Sequence[Mapping[str, int]]) -> set[int]:
    """Return the numbers of rows that hold all pairs of values which any of the rows holds."""
    places: dict[object, int] = {}
    held = [_bits(combinations(row.items(), 2), places) for row in rows]
    left, kept = (1 << len(places)) - 1, set()
    while left:
        best = max(range(len(held)), key=lambda number: (held[number] & left).bit_count())
        kept.add(best)
        left &= ~held[best]
    return kept


def _bits(pairs: Iterable[object], places: dict[object, int]) -> int:
    """Return a bit for each pair, at its place."""
    return sum(1 << places.setdefault(pair, len(places)) for pair in pairs)
