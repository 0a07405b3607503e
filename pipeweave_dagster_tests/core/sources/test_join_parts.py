"""Joins of sources: as many rows as the left one, in its order, or an error that says why."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.documents import PulledPart, Source
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.sources import FAN_OUT
from pipeweave_dagster.core.sources.join_parts import join_parts

FLIGHTS = {"id": [1, 2, 3, 4], "tailnum": ["N2", None, "N1", "N9"], "year": [2013] * 4}
PLANES = {"tailnum": ["N1", "N2", None], "year": [1999, 2001, 1900], "seats": [100, 200, 1]}


def joined(folder: Path, left: Any, right: Any, on: Any = "tailnum") -> tuple[PulledPart, Any]:
    """Join two tables; the left one is in two files."""
    source = Source(kind="join", left="flights", join=[{"source": "planes", "on": on}])  # type: ignore[list-item]
    table, half = pa.table(left), len(next(iter(left.values()))) // 2
    files = {"flights": [folder / "1", folder / "2"], "planes": [folder / "3"]}
    for path, part in zip(
        [path for paths in files.values() for path in paths],
        [table.slice(0, half), table.slice(half), pa.table(right)],
        strict=True,
    ):
        pq.write_table(part, path)
    part = join_parts("both", source, files, folder)
    return part, pq.read_table(folder / "both.parquet").to_pydict()


def test_the_rows_of_the_left_source_keep_number_and_order(tmp_path: Path) -> None:
    part, rows = joined(tmp_path, FLIGHTS, PLANES)
    assert rows == {
        **FLIGHTS,
        "planes_year": [2001, None, 1999, None],
        "seats": [200, None, 100, None],
    }
    assert part.rows == 4
    assert part.changed == {"rows of 'flights' without a row in 'planes'": 2}


@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(
    left=st.lists(st.integers(0, 5) | st.none(), min_size=2, max_size=12),
    right=st.lists(st.integers(0, 5) | st.none(), max_size=6),
)
def test_a_join_keeps_all_rows_or_is_refused(
    tmp_path: Path, left: list[int | None], right: list[int | None]
) -> None:
    tables = [{"k": pa.array(keys, pa.int64()), "v": range(len(keys))} for keys in (left, right)]
    tables = [{"k": t["k"], "v": pa.array(t["v"], pa.int64())} for t in tables]
    filled = [key for key in right if key is not None]
    if len(filled) == len(set(filled)):
        _, rows = joined(tmp_path, *tables, on="k")
        assert rows["k"] == left
        assert rows["planes_v"] == [None if k not in filled else right.index(k) for k in left]
        return
    with pytest.raises(PipeWeaveError) as refused:
        joined(tmp_path, *tables, on="k")
    assert refused.value.details[FAN_OUT]


@pytest.mark.parametrize(
    ("right", "on", "code", "text"),
    [
        (
            {**PLANES, "tailnum": ["N1", "N1", "N2"]},
            "tailnum",
            ErrorCode.VALIDATION_ERROR,
            "1 keys of 'planes' occur more than once, such as tailnum = 'N1' in 2 rows",
        ),
        (PLANES, {"tailnum": "tailno"}, ErrorCode.NOT_FOUND, "Did you mean 'tailnum'?"),
        (PLANES, {"id": "tailnum"}, ErrorCode.VALIDATION_ERROR, "they cannot be joined"),
    ],
)
def test_what_cannot_be_joined_says_why(
    tmp_path: Path, right: Any, on: Any, code: ErrorCode, text: str
) -> None:
    with pytest.raises(PipeWeaveError) as refused:
        joined(tmp_path, FLIGHTS, right, on)
    assert refused.value.code is code
    assert text in refused.value.text
