"""Plain numbers are read by Arrow just as the parsers read them, or not at all."""

import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.ingest.batch_numbers import exact_floats, numbers, whole_numbers
from pipeweave_dagster.core.ingest.types.value_parsers import INTEGER, ROUNDED_NUMBER

USUAL = ["0", "-0", "7", "10", "-12", "0.5", "-0.25", "100.0", "1.", ".5"]
ODD = ["007", "-07", "00.5", "1e5", "1E-05", "1e400", "1e0005", "nan", "inf", "INF", "-Infinity",
       "0x1F", "1_000", "1,5", " 1", "1 ", "--1", "1-2", ".", "-", "", "+5", "1/2", "NA", "1.2.3",
       "9223372036854775808", "123456789012345678901", "\u0661", "1\u00a0000"]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(USUAL),
    st.sampled_from([*USUAL, *ODD]),
    st.text("0011259.-+eE", min_size=1, max_size=6),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.none(),
)


def expected(cells: list[str | None], pattern: str, kind: type) -> list[Any] | None:
    """Return the values if all cells match, by Python alone."""
    if not all(c is None or re.fullmatch(pattern, c) for c in cells):
        return None
    return [None if c is None else kind(c) for c in cells]


@given(st.lists(CELLS, min_size=1, max_size=8), st.integers(0, 3))
@settings(max_examples=500, deadline=None)
def test_no_cell_is_read_that_the_parser_refuses(cells: list[str | None], skipped: int) -> None:
    texts = pa.array(["1"] * skipped + cells, pa.string()).slice(skipped)
    for read, parser, kind in ((numbers, ROUNDED_NUMBER, float), (whole_numbers, INTEGER, int)):
        found = read(texts)
        if found is not None:
            values = expected(cells, parser.pattern, kind)
            assert values is not None
            assert [repr(v) for v in found.to_pylist()] == [repr(v) for v in values]


def test_usual_numbers_are_read_also_with_an_exponent_here_and_there() -> None:
    cells = ["1.5", "-2", "0", "0.001", "7", None] * 5_000 + ["1e-05", "2E+16"]

    found = numbers(pa.array(cells, pa.string()))

    assert found is not None
    assert found.to_pylist()[-3:] == [None, 1e-05, 2e16]
    assert numbers(pa.array([*cells, "1e0005"], pa.string())) is None
    assert numbers(pa.array([*cells, "007"], pa.string())) is None


@pytest.mark.parametrize("cells", [[], [None], [None, None]])
def test_columns_without_a_value_are_read(cells: list[None]) -> None:
    assert numbers(pa.array(cells, pa.string())).to_pylist() == cells
    assert whole_numbers(pa.array(cells, pa.string())).to_pylist() == cells


def test_floats_are_whole_numbers_only_where_no_digit_is_lost() -> None:
    assert exact_floats(pa.array([1.0, None, -0.0, -3.0])).to_pylist() == [1, None, 0, -3]
    assert exact_floats(pa.array([1.5])) is None
    assert exact_floats(pa.array([2.0**53])) is None
