"""Variants that are left out hold no pair of values that those which are kept do not hold."""

from itertools import combinations, product

import pytest

from pipeweave_dagster_tests.pairwise import covering


@pytest.mark.parametrize(("sizes", "most"), [((3, 4, 3, 6), 24), ((2, 2, 4, 3, 2), 15)])
def test_every_pair_is_in_a_row_that_is_kept(sizes: tuple[int, ...], most: int) -> None:
    rows = [{f"p{i}": value for i, value in enumerate(row)} for row in product(*map(range, sizes))]
    kept = covering(rows)
    pairs = [{pair for n in chosen for pair in combinations(rows[n].items(), 2)}
             for chosen in (range(len(rows)), kept)]  # fmt: skip
    assert pairs[0] == pairs[1]
    assert len(kept) <= most


def test_a_variant_that_is_asked_for_alone_is_kept() -> None:
    assert covering([{"a": 1, "b": 0, "c": 2}]) == {0}


SEEN: set[tuple[str, str, str]] = set()


@pytest.mark.pairwise
@pytest.mark.xdist_group("pairwise")
@pytest.mark.parametrize("a", "xyz")
@pytest.mark.parametrize("b", "xyz")
@pytest.mark.parametrize("c", "xyz")
def test_marked_variants_are_chosen(a: str, b: str, c: str) -> None:
    SEEN.add((a, b, c))
    assert len(SEEN) <= 11
